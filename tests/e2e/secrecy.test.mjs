// Every byte that the server sends, to whomever: its log, its answers, its requests to the app and to Clerk. Each secret is
// found where it belongs, and nowhere else, also while things go wrong.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import * as v2 from '@modelcontextprotocol/client';
import { Assistant, modern } from '../harness/assistant.mjs';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { oauthClient, secretKey, startStack } from '../harness/stack.mjs';

const ada = 'user_AdaLovelace0000000000000001';
const jwt = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g;
const isOurs = ({ sent }) => !/^user-agent: node/im.test(sent); // and not the harness's own

// A connection from the consent page to its end, with each of its requests in every way that goes wrong. Gives its secrets.
async function live(stack) {
  const origin = new URL(stack.mcpUrl).origin;
  const person = new Person('Ada');
  const client = await new Client(stack.mcpUrl).register();
  const { verifier, challenge } = pkce();
  const code = await client.codeFrom(person, challenge);
  const wrong = await client.redeem(code, pkce().verifier);
  assert.equal(wrong.status, 400);
  const tokens = await (await client.redeem(code, verifier)).json();
  const fresh = await (await client.refresh(tokens.refresh_token)).json();
  await fetch(`${stack.mcpUrl}?access_token=${fresh.access_token}`, { method: 'POST' });
  await fetch(stack.mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${fresh.access_token}x` } });
  await fetch(`${origin}/callback?state=${code}&clerk_token=${fresh.refresh_token}&code=${code}`);
  await person.visit(`${origin}/connections`);

  const assistant = new Assistant(stack.mcpUrl);
  await assistant.connectAs(new Person('Ada'), modern);
  const call = async (name, args = {}) => (await assistant.client.callTool({ name, arguments: args })).isError ?? false;
  assert.equal(await call('search_orders', { status: 'open' }), false);
  await stack.app.stop();
  assert.equal(await call('search_orders'), true, 'the app is down');
  stack.app = await stack.startApp();
  for (const fault of [{ status: 500 }, { status: 401, body: { errors: [{ code: 'clerk_key_invalid', message: 'invalid' }] } }]) {
    await stack.clerk.control('faults', { match: '/v1/sessions', times: 20, ...fault });
    const another = await new Assistant(stack.mcpUrl).connectAs(new Person('Ada'), modern).catch(() => null);
    await another?.client.callTool({ name: 'search_orders', arguments: {} });
    await another?.close();
    await stack.clerk.clearFaults();
  }
  const { access_token: last, refresh_token: lastRefresh } = assistant.tokens;
  await assistant.close();
  await client.refresh(tokens.refresh_token); // long used
  await client.redeem(code, verifier);
  await client.revoke(fresh.refresh_token);
  return { code, verifier, 'access token': tokens.access_token, 'refresh token': tokens.refresh_token, 'second access token': fresh.access_token, 'second refresh token': fresh.refresh_token, 'third access token': last, 'third refresh token': lastRefresh };
}

// The same where the tokens are Clerk's own, as JWT and opaque.
async function liveAtClerk(stack) {
  await stack.clerk.api('POST', '/sessions', { user_id: ada });
  const secrets = {};
  for (const format of ['jwt', 'opaque']) {
    const { access_token: token } = await stack.clerk.control('oauth_tokens', { user_id: ada, scopes: ['orders:read'], audience: [stack.mcpUrl], format });
    secrets[`Clerk's access token (${format})`] = token;
    const client = new v2.Client({ name: 'secrecy', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new v2.StreamableHTTPClientTransport(new URL(stack.mcpUrl), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
    assert.ok(!(await client.callTool({ name: 'search_orders', arguments: {} })).isError);
    await client.close();
    await fetch(`${stack.mcpUrl}?access_token=${token}`, { method: 'POST' });
    await fetch(stack.mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${token}x` } });
  }
  return secrets;
}

// Each secret as it is, and as it would look in an address or in Base64.
const spellings = (secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, ''), Buffer.from(secret).toString('base64url')];

// `allowed` are the places of a stream where secrets belong; each must be there, or nothing was seen at all.
function assertSecret(where, text, allowed, secrets) {
  for (const place of allowed) {
    assert.match(text, place, `${where}: what belongs there was not seen`);
    text = text.replaceAll(new RegExp(place.source, 'gim'), '');
  }
  for (const [name, secret] of Object.entries(secrets))
    for (const spelling of spellings(secret)) assert.ok(!text.includes(spelling), `${name} in ${where}: ${text.slice(Math.max(0, text.indexOf(spelling) - 200), text.indexOf(spelling) + 20)}`);
  assert.doesNotMatch(text, jwt, `a JWT in ${where}`);
}

for (const [mode, settings] of Object.entries({ bridge: {}, 'clerk-login': oauthClient, clerk: {} })) {
  test(`every secret goes to its own destination and to no other (AUTH_MODE=${mode})`, async () => {
    const webhookSecret = `whsec_${randomBytes(24).toString('base64')}`;
    const stack = await startStack({ AUTH_MODE: mode, CLERK_TOKENS: 'api_key', CLERK_WEBHOOK_SECRET: webhookSecret, ...settings }, { recorded: true });
    const connection = await (mode === 'clerk' ? liveAtClerk : live)(stack);
    const { secret: apiKey } = await (await stack.clerk.api('POST', '/api_keys', { name: 'ci', subject: ada, scopes: ['profile:read'] })).json();
    await fetch(stack.mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${apiKey}` } });
    await stack.endWell();

    const { clerk, app, server } = stack.recorders;
    const toClerk = clerk.connections.filter(isOurs).map(({ sent }) => sent).join('\n');
    const toApp = app.connections.filter(isOurs).map(({ sent }) => sent).join('\n');
    const answers = server.connections.map(({ answered }) => answered).join('\n');
    const seen = [clerk, app, server].flatMap(({ connections }) => connections.flatMap(({ sent, answered }) => `${sent}\n${answered}`.match(jwt) ?? []));
    const clerkCodes = Object.fromEntries((clerk.connections.map(({ answered }) => answered).join('\n').match(/clk_code_[\w-]+/g) ?? []).map((code, n) => [`code ${n} of Clerk's`, code]));
    assert.ok(seen.length > 0, 'sessions were there to be told');
    const secrets = {
      'the secret key': secretKey, POSTERN_SECRET: stack.serverSettings.POSTERN_SECRET, 'the webhook secret': webhookSecret, 'the API key': apiKey,
      'the OAuth client secret': oauthClient.CLERK_OAUTH_CLIENT_SECRET, ...clerkCodes, ...connection, ...Object.fromEntries([...new Set(seen)].map((token, n) => [`JWT ${n}`, token])),
    };
    const atClerk = [new RegExp(`^authorization: bearer ${secretKey}\r$`, 'im'), new RegExp(`\\{"secret":"${apiKey}"\\}`)];
    if (mode === 'clerk-login') atClerk.push(/^authorization: basic [\w+/=]+\r$/im, /grant_type=authorization_code&code=clk_code_[\w-]+/);
    if (mode === 'clerk') atClerk.push(/\{"access_token":"oat_[\w-]+"\}/);
    assertSecret('requests to Clerk', toClerk, atClerk, secrets);
    assertSecret('requests to the app', toApp, [/^authorization: bearer eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+\r$/im], secrets);
    const inAnswers = mode === 'clerk' ? [] : [/"access_token":"pat_[\w-]+"/, /"refresh_token":"[\w.-]+"/, /^location: http:\/\/127\.0\.0\.1:33418\/callback\?code=[\w.-]+/im];
    assertSecret('answers', answers, inAnswers, secrets);
    assertSecret('the log', stack.server.log, [], secrets);
  });
}

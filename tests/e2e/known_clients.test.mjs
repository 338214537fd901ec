// Clients that the operator registers (OAUTH_CLIENTS), in a server that lets nobody register itself.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

const secret = randomBytes(24).toString('base64url');
const redirect_uris = ['http://127.0.0.1:33418/callback'];
const clients = [
  { client_id: 'kiosk', client_name: 'The Kiosk', redirect_uris },
  { client_id: 'back-office', client_name: 'Back Office', redirect_uris, client_secret_sha256: createHash('sha256').update(secret).digest('hex') },
];

let stack;
before(async () => {
  stack = await startStack({ OAUTH_CLIENTS: JSON.stringify(clients), DYNAMIC_REGISTRATION: 'off', CLIENT_METADATA_DOCUMENTS: 'off' });
});
after(() => stack.endWell());

function known(id) {
  const client = new Client(stack.mcpUrl);
  client.id = id;
  return client;
}
const basic = (id, password) => ({ authorization: `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}` });
// As a client that authenticates in the header.
const post = (path, fields, headers) => fetch(new URL(path, stack.mcpUrl), {
  method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: new URLSearchParams(fields),
});

test('the metadata offers no other way', async () => {
  const metadata = await (await fetch(new URL('/.well-known/oauth-authorization-server', stack.mcpUrl))).json();
  assert.equal(metadata.registration_endpoint, undefined);
  assert.equal(metadata.client_id_metadata_document_supported, undefined);
  await assert.rejects(known('').register(), /404/);
});

test('a public one connects, and its name is on the consent page', async () => {
  const pages = [];
  const client = known('kiosk');
  const { verifier, challenge } = pkce();
  const tokens = await (await client.redeem(await client.codeFrom(new Person('Ada', { onPage: (page) => pages.push(page) }), challenge), verifier)).json();
  assert.match(pages[0].document.text, /The Kiosk/);
  assert.notEqual((await client.call(tokens.access_token)).status, 401);
});

test('a confidential one authenticates, in the header or in the body, and never without its secret', async () => {
  const client = known('back-office');
  const { verifier, challenge } = pkce();
  const code = await client.codeFrom(new Person('Grace'), challenge);
  const redemption = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: client.redirectUri };
  assert.equal((await client.redeem(code, verifier)).status, 401);
  const refused = await post('/token', redemption, basic('back-office', 'wrong'));
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate'), /^Basic /);
  assert.equal((await post('/token', { ...redemption, client_secret: secret }, basic('back-office', secret))).status, 400, 'both at once');
  const tokens = await (await post('/token', redemption, basic('back-office', secret))).json();
  assert.notEqual((await client.call(tokens.access_token)).status, 401);
  assert.equal((await client.refresh(tokens.refresh_token)).status, 401);
  const refreshed = await client.form('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_secret: secret });
  assert.equal(refreshed.status, 200);
  const { access_token: token } = await refreshed.json();
  assert.equal((await known('kiosk').revoke(token)).status, 200, "another client's token is none of its business");
  assert.notEqual((await client.call(token)).status, 401);
  assert.equal((await post('/revoke', { token }, basic('back-office', secret))).status, 200);
  assert.equal((await client.call(token)).status, 401);
});

// Plays a whole connection with a real MCP client from npm and says each step as it happens. Exits 0 only if each was as it
// should be. Uses the server that `./dev run` has started; starts its own programs if there is none, or if a mode is named:
// demo.mjs [url] [--mode bridge|clerk-login|clerk]
import { parseArgs } from 'node:util';
import { Assistant, modern } from '../harness/assistant.mjs';
import { Person } from '../harness/person.mjs';
import { oauthClient, startStack } from '../harness/stack.mjs';

const bold = (text) => `\x1b[1m${text}\x1b[0m`;
let step = 0;
function done(what, detail = '') {
  console.log(`${String(++step).padStart(2)}. ${bold(what)}${detail && `\n    ${String(detail).replaceAll('\n', '\n    ')}`}`);
}
function expect(condition, sentence) {
  if (!condition) throw new Error(sentence);
}
const short = (text) => (String(text).length > 24 ? `${String(text).slice(0, 16)}…` : String(text));

async function running(url) {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

// What the tools do at the app, as Ada.
async function callApp(assistant, call) {
  await call('list_users', {});
  const { orders } = await call('search_orders', { status: 'open', limit: 2 });
  expect(orders.length > 0, 'Ada should have open orders');
  const chart = await assistant.client.callTool({ name: 'orders_chart', arguments: {} });
  const image = chart.content.find((each) => each.type === 'image');
  expect(image, 'there should be a picture');
  done('Called orders_chart({}), and got a picture', `${chart.content[0].text}\n${image.mimeType}, ${Buffer.from(image.data, 'base64').length} bytes`);
  const { contents } = await assistant.client.readResource({ uri: `acme://orders/${orders[0].id}` });
  expect(JSON.parse(contents[0].text).id === orders[0].id, 'the resource should be the order');
  done(`Read the resource ${contents[0].uri}`, short(contents[0].text));
  const cancelled = await call('cancel_order', { order_id: orders[0].id });
  expect(cancelled.status === 'cancelled', 'the order should be cancelled now');
}

async function play(mcpUrl) {
  const origin = new URL(mcpUrl).origin;

  const bare = await fetch(mcpUrl, { method: 'POST' });
  const challenge = bare.headers.get('www-authenticate');
  expect(bare.status === 401 && challenge, `an unsigned call should be refused with 401 and a challenge, and got ${bare.status}`);
  done('Refused without a sign-in: 401, and where to go', challenge);

  const resource = await (await fetch(/resource_metadata="([^"]+)"/.exec(challenge)[1])).json();
  expect(resource.resource === mcpUrl, `the metadata is about ${resource.resource}, not ${mcpUrl}`);
  const [issuer] = resource.authorization_servers;
  const ours = issuer === origin; // otherwise Clerk's (AUTH_MODE=clerk)
  const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
  expect(metadata.issuer === issuer && metadata.code_challenge_methods_supported.includes('S256'), 'the authorization server metadata is wrong');
  done(`Discovered the authorization server: ${ours ? 'this one' : 'Clerk\'s'}`, `authorize ${metadata.authorization_endpoint}\ntoken     ${metadata.token_endpoint}\nregister  ${metadata.registration_endpoint}`);

  const assistant = new Assistant(mcpUrl, {
    clientName: 'Demo Assistant',
    onStep: (what, value) => {
      if (what === 'registered') done('Registered the client', `client_id ${value.client_id}`);
      if (what === 'authorize') done('The client opens the browser', short(value.href.split('?')[0]));
      if (what === 'callback') done('The browser is back at the client, with a code', `${redirect(value)}  code ${short(value.searchParams.get('code'))}  iss ${value.searchParams.get('iss')}`);
      if (what === 'tokens') done('The client has its tokens', `access ${short(value.access_token)} (${value.expires_in} s)  refresh ${short(value.refresh_token)}  scope "${value.scope}"`);
    },
  });
  const redirect = (url) => url.origin + url.pathname;
  const ada = new Person('Ada', {
    onPage: (page, button) => done(`On the page "${page.document.querySelector('title')?.text.trim()}" Ada presses "${button.text.trim()}"`, new URL(page.url).origin + new URL(page.url).pathname),
  });
  await assistant.connectAs(ada, modern);
  done('Connected', `protocol ${modern.name}, server ${JSON.stringify(assistant.client.getServerVersion())}`);

  const { tools } = await assistant.client.listTools();
  expect(tools.length >= 4, 'there should be four tools');
  done('Listed the tools', tools.map((tool) => `${tool.name.padEnd(14)} ${tool.description}`).join('\n'));

  const call = async (name, args) => {
    const result = await assistant.client.callTool({ name, arguments: args });
    expect(!result.isError, `${name} failed: ${result.content[0]?.text}`);
    const lines = JSON.stringify(result.structuredContent);
    done(`Called ${name}(${JSON.stringify(args)})`, lines.length > 300 ? `${lines.slice(0, 300)}…` : lines);
    return result.structuredContent;
  };
  await call('who_am_i', {});
  await callApp(assistant, call);
  const wrong = await assistant.client.callTool({ name: 'search_orders', arguments: { limit: 1000 } });
  expect(wrong.isError, 'a limit of 1000 should be refused');
  done('A wrong argument is explained', wrong.content[0].text);

  const token = (fields) => fetch(metadata.token_endpoint, { method: 'POST', body: new URLSearchParams(fields) });
  const client = { client_id: assistant.registration.client_id };
  const refreshed = await token({ grant_type: 'refresh_token', refresh_token: assistant.tokens.refresh_token, ...client });
  expect(refreshed.status === 200, `the refresh should work, and got ${refreshed.status}`);
  const fresh = await refreshed.json();
  expect(fresh.refresh_token !== assistant.tokens.refresh_token, 'the refresh token should have been rotated');
  assistant.tokens = { ...assistant.tokens, ...fresh };
  done('Refreshed: a new access token, a new refresh token');
  await call('who_am_i', {});

  const revoked = await fetch(metadata.revocation_endpoint, { method: 'POST', body: new URLSearchParams({ token: fresh.refresh_token, ...client }) });
  expect(revoked.status === 200, 'the revocation should be accepted');
  done('Revoked the connection');
  if (ours) {
    const refused = await fetch(mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${fresh.access_token}` } });
    expect(refused.status === 401 && /invalid_token/.test(refused.headers.get('www-authenticate')), `a revoked token should get 401, and got ${refused.status}`);
  }
  const again = await token({ grant_type: 'refresh_token', refresh_token: fresh.refresh_token, ...client });
  expect(again.status === 400 && (await again.json()).error === 'invalid_grant', 'a revoked refresh token should be refused');
  done(ours ? 'Refused after it, both tokens: 401 and invalid_grant' : 'Refused after it: the refresh token. A JWT of Clerk\'s is good until it expires');
  await assistant.close().catch(() => {});
}

const modes = { bridge: {}, 'clerk-login': oauthClient, clerk: {} };
const { values: { mode }, positionals: [url = 'http://localhost:8788'] } = parseArgs({ allowPositionals: true, options: { mode: { type: 'string' } } });
let stack;
try {
  expect(!mode || mode in modes, `There is no mode "${mode}": there are ${Object.keys(modes).join(', ')}.`);
  if (!mode && (await running(url))) {
    console.log(`Playing against ${url}\n`);
    await play(`${url}/mcp`);
  } else {
    console.log(`${mode ? `AUTH_MODE=${mode}` : `Nothing runs at ${url}`}: starting the offline Clerk, the example app and the server on free ports.\n`);
    stack = await startStack(mode ? { AUTH_MODE: mode, ...modes[mode] } : {});
    await play(stack.mcpUrl);
  }
  console.log(`\n${bold('Every step was as it should be.')}`);
} catch (error) {
  console.error(`\n✗ After step ${step}: ${error.message}`);
  if (process.env.DEBUG) console.error(error, stack?.server.log);
  process.exitCode = 1;
} finally {
  await stack?.stop();
}

// Clients whose client_id is the address of a metadata document. In development it may be on this machine, which is what
// lets a test publish one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Assistant, legacy, modern } from '../harness/assistant.mjs';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { Site } from '../harness/site.mjs';
import { startStack } from '../harness/stack.mjs';

let stack;
let site;
before(async () => { [stack, site] = [await startStack(), await Site.open()]; });
after(async () => {
  await site.close();
  await stack.endWell();
});

// What the authorization endpoint says to this client_id, without following where it leads.
function authorize(clientId, redirectUri) {
  const client = new Client(stack.mcpUrl);
  client.id = clientId;
  if (redirectUri) client.redirectUri = redirectUri;
  return fetch(client.authorizationUrl(pkce().challenge), { redirect: 'manual' });
}

async function assertRefused(clientId, why) {
  const response = await authorize(clientId);
  assert.equal(response.status, 400, why);
  assert.equal(response.headers.get('location'), null, why);
  assert.match(response.headers.get('content-type'), /text\/html/, why);
}

test('the metadata says that documents are taken', async () => {
  const metadata = await (await fetch(new URL('/.well-known/oauth-authorization-server', stack.mcpUrl))).json();
  assert.equal(metadata.client_id_metadata_document_supported, true);
});

for (const era of [modern, legacy]) {
  test(`a client of ${era.name} connects with its document, and registers nowhere`, async () => {
    const path = `/${era.name}.json`;
    const assistant = new Assistant(stack.mcpUrl);
    assistant.registration = { client_id: site.publish(path), issuer: new URL(stack.mcpUrl).origin };
    const pages = [];
    await assistant.connectAs(new Person('Ada', { onPage: (page) => pages.push(page) }), era);
    assert.match(pages[0].document.text, /Published Assistant.*This site vouches for it:\s*127\.0\.0\.1/s);
    assert.ok(!assistant.requests.some(({ url }) => url.endsWith('/register')));
    assert.match((await assistant.client.callTool({ name: 'who_am_i', arguments: {} })).structuredContent.user_id, /^user_/);
    assert.equal(site.count(path), 1, 'fetched for the consent page, and not again');
    await assistant.close();
  });
}

test('it redeems, refreshes and revokes while its site is down', async () => {
  const client = new Client(stack.mcpUrl);
  client.id = site.publish('/down.json', {}, { 'cache-control': 'no-store' });
  const { verifier, challenge } = pkce();
  const code = await client.codeFrom(new Person('Grace'), challenge);
  delete site.answers['/down.json'];
  const tokens = await (await client.redeem(code, verifier)).json();
  const refreshed = await (await client.refresh(tokens.refresh_token)).json();
  assert.notEqual((await client.call(refreshed.access_token)).status, 401);
  assert.equal((await client.revoke(refreshed.refresh_token)).status, 200);
  assert.equal((await client.call(refreshed.access_token)).status, 401);
});

test('many who ask at once cause one fetch', async () => {
  const id = site.publish('/many.json');
  const statuses = await Promise.all(Array.from({ length: 32 }, async () => (await authorize(id)).status));
  assert.deepEqual([...new Set(statuses)], [200]);
  assert.ok(site.count('/many.json') <= 4, `one for each event loop at most, and not ${site.count('/many.json')}`);
});

test('a document is asked for again only when its site says so', async () => {
  const kept = site.publish('/kept.json', {}, { 'cache-control': 'max-age=600' });
  const forgotten = site.publish('/forgotten.json', {}, { 'cache-control': 'no-store' });
  for (let time = 0; time < 12; ++time) for (const id of [kept, forgotten]) assert.equal((await authorize(id)).status, 200);
  assert.ok(site.count('/kept.json') <= 4, 'once for each event loop at most');
  assert.equal(site.count('/forgotten.json'), 12);
});

test('a redirect URI that the document does not name gets a page, never a redirect', async () => {
  const id = site.publish('/redirects.json', { redirect_uris: ['https://assistant.example/cb', 'http://127.0.0.1/callback'] });
  assert.equal((await authorize(id, 'http://127.0.0.1:40000/callback')).status, 200, 'any port of loopback (RFC 8252 sec. 7.3)');
  for (const uri of ['https://assistant.example/other', 'https://evil.example/cb', 'http://127.0.0.1:40000/other']) {
    const response = await authorize(id, uri);
    assert.equal(response.status, 400, uri);
    assert.equal(response.headers.get('location'), null, uri);
  }
});

test('what is no valid document names no client', async () => {
  site.publish('/good.json');
  const other = { ...site.answers['/good.json'] };
  site.answers['/other.json'] = other;
  await assertRefused(`${site.url}/other.json`, 'another address inside');
  site.answers['/moved.json'] = { status: 302, headers: { location: `${site.url}/good.json` } };
  await assertRefused(`${site.url}/moved.json`, 'a redirect');
  assert.equal(site.count('/good.json'), 0, 'which is not followed');
  await assertRefused(`${site.url}/nothing.json`, 'not there');
  await assertRefused(site.publish('/html.json', {}, { 'content-type': 'text/html' }), 'another type');
  await assertRefused(site.publish('/large.json', { padding: 'x'.repeat(5 * 1024) }), 'larger than 5 KB');
  await assertRefused(site.publish('/secret.json', { client_secret: 'x' }), 'a secret');
  await assertRefused(site.publish('/method.json', { token_endpoint_auth_method: 'client_secret_post' }), 'a method with a secret');
});

test('addresses where no stranger may send the server are not fetched', async () => {
  for (const id of [
    'https://10.0.0.1/client.json', 'https://169.254.169.254/latest/meta-data', 'https://[::ffff:7f00:1]/client.json', 'https://[fd00::1]/client.json',
    'https://100.64.0.1/client.json', 'https://0.0.0.0/client.json', 'https://0x7f.1/client.json', 'http://assistant.example/client.json',
    'https://user@assistant.example/client.json', 'https://assistant.example', 'file:///etc/passwd',
  ]) await assertRefused(id, id);
});

test('a site that cannot answer now is told apart from one that has no document', async () => {
  site.answers['/busy.json'] = { status: 503 };
  assert.equal((await authorize(`${site.url}/busy.json`)).status, 503);
});

test('documents can be switched off', async () => {
  await stack.server.stop();
  stack.server = await stack.startServer({ CLIENT_METADATA_DOCUMENTS: 'off' });
  const id = site.publish('/off.json');
  await assertRefused(id, 'switched off');
  assert.equal(site.count('/off.json'), 0);
  const metadata = await (await fetch(new URL('/.well-known/oauth-authorization-server', stack.mcpUrl))).json();
  assert.equal(metadata.client_id_metadata_document_supported, undefined);
  assert.ok((await new Client(stack.mcpUrl).register()).id, 'registration is another matter');
});

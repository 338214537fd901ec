// OAuth by libraries that know nothing of MCP, with all of their checks: oauth4webapi and openid-client go the whole way,
// from discovery to revocation, as a client that registers and as one that publishes a document. The one check that is
// switched off is that of https, since this is loopback.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { Person } from '../harness/person.mjs';
import { Site } from '../harness/site.mjs';
import { startStack } from '../harness/stack.mjs';

const redirectUri = 'http://127.0.0.1:33418/callback';
const metadata = { client_name: 'A careful client', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] };

let stack, site, issuer, resource;
before(async () => {
  [stack, site] = [await startStack(), await Site.open()];
  [issuer, resource] = [new URL(new URL(stack.mcpUrl).origin), new URL(stack.mcpUrl)];
});
after(async () => {
  await site.close();
  await stack.endWell();
});

// What each library is asked to do. `register` gives what the others need; `call` throws what the library makes of a refusal.
const insecure = { [oauth.allowInsecureRequests]: true };
const libraries = {
  oauth4webapi: {
    async discover() {
      const server = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, insecure));
      assert.deepEqual(server.authorization_servers, [issuer.origin]);
      const [named] = server.authorization_servers.map((each) => new URL(each));
      return oauth.processDiscoveryResponse(named, await oauth.discoveryRequest(named, { algorithm: 'oauth2', ...insecure }));
    },
    async register(as) {
      const response = await oauth.dynamicClientRegistrationRequest(as, metadata, insecure);
      return { as, client: await oauth.processDynamicClientRegistrationResponse(response) };
    },
    published: (as, id) => ({ as, client: { client_id: id, token_endpoint_auth_method: 'none' } }),
    authorizationUrl: ({ as, client }, parameters) =>
      new URL(`${as.authorization_endpoint}?${new URLSearchParams({ client_id: client.client_id, response_type: 'code', ...parameters })}`),
    async redeem({ as, client }, callback, { state, verifier }) {
      const checked = oauth.validateAuthResponse(as, client, callback, state);
      const response = await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), checked, redirectUri, verifier, { ...insecure, additionalParameters: { resource } });
      return oauth.processAuthorizationCodeResponse(as, client, response);
    },
    refresh: async ({ as, client }, token) =>
      oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token, insecure)),
    revoke: async ({ as, client }, token) => oauth.processRevocationResponse(await oauth.revocationRequest(as, client, oauth.None(), token, insecure)),
    call: (_, token, headers, body) => oauth.protectedResourceRequest(token, 'POST', resource, headers, body, insecure),
  },
  'openid-client': {
    discover: () => undefined, // a part of what follows
    register: () => openid.dynamicClientRegistration(issuer, metadata, openid.None(), { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] }),
    published: (_, id) => openid.discovery(issuer, id, undefined, openid.None(), { algorithm: 'oidc', execute: [openid.allowInsecureRequests] }),
    authorizationUrl: (config, parameters) => openid.buildAuthorizationUrl(config, parameters),
    redeem: (config, callback, { state, verifier }) =>
      openid.authorizationCodeGrant(config, callback, { expectedState: state, pkceCodeVerifier: verifier }, { resource: resource.href }),
    refresh: (config, token) => openid.refreshTokenGrant(config, token),
    revoke: (config, token) => openid.tokenRevocation(config, token),
    call: (config, token, headers, body) => openid.fetchProtectedResource(config, token, resource, 'POST', body, headers),
  },
};

for (const [name, library] of Object.entries(libraries)) {
  for (const kind of ['registers itself', 'publishes its document']) {
    describe(`${name}, as a client that ${kind}`, () => {
      const person = new Person('Ada');
      let session, tokens;

      async function authorize(scope) {
        const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()];
        const challenge = await oauth.calculatePKCECodeChallenge(verifier);
        const url = library.authorizationUrl(session, {
          redirect_uri: redirectUri, scope, state, code_challenge: challenge, code_challenge_method: 'S256', resource: resource.href,
        });
        const callback = await person.connect(url, redirectUri);
        return library.redeem(session, callback, { state, verifier });
      }
      async function call(tool, args = {}, token = tokens.access_token) {
        const headers = new Headers({
          'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': tool,
        });
        const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
        const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args, _meta } });
        const response = await library.call(session, token, headers, body);
        const text = await response.text();
        return JSON.parse(response.headers.get('content-type').startsWith('text/event-stream') ? /^data: (\{.*)$/m.exec(text)[1] : text).result.structuredContent;
      }
      // The challenges as the library parsed them, with the status.
      const refusal = (attempt) => attempt.then(
        () => assert.fail('it was let in'),
        ({ cause, status }) => ({ status, ...cause.find(({ scheme }) => scheme === 'bearer').parameters }),
      );

      test('finds the server and gets a token', async () => {
        const found = await library.discover();
        session = kind === 'registers itself' ? await library.register(found) : await library.published(found, site.publish(`/${name}.json`));
        tokens = await authorize('orders:read');
        assert.equal(tokens.scope, 'orders:read');
        assert.match(tokens.token_type, /^bearer$/i);
        assert.ok((await call('search_orders', { limit: 1 })).orders.length);
      });

      test('refreshes', async () => {
        const fresh = await library.refresh(session, tokens.refresh_token);
        assert.notEqual(fresh.refresh_token, tokens.refresh_token);
        tokens = fresh;
        assert.ok((await call('search_orders', { limit: 1 })).orders.length);
      });

      test('reads in the challenge what one more tool needs, and steps up', async () => {
        const { orders } = await call('search_orders', { status: 'open', limit: 1 });
        const challenge = await refusal(call('cancel_order', { order_id: orders[0].id }));
        assert.equal(challenge.status, 403);
        assert.equal(challenge.error, 'insufficient_scope');
        assert.equal(challenge.resource_metadata, `${issuer.origin}/.well-known/oauth-protected-resource/mcp`);
        tokens = await authorize(challenge.scope);
        assert.equal((await call('cancel_order', { order_id: orders[0].id })).status, 'cancelled');
      });

      test('revokes, and is refused from then on', async () => {
        const { access_token: old, refresh_token: refreshToken } = tokens;
        await library.revoke(session, refreshToken);
        const challenge = await refusal(call('search_orders', {}, old));
        assert.equal(challenge.status, 401);
        assert.equal(challenge.error, 'invalid_token');
        await assert.rejects(library.refresh(session, refreshToken), (error) => error.error === 'invalid_grant' && error.status === 400);
      });

      test('is told in its own terms when the person refuses', async () => {
        const state = oauth.generateRandomState();
        const url = library.authorizationUrl(session, {
          redirect_uri: redirectUri, scope: 'orders:read', state, code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
          code_challenge_method: 'S256', resource: resource.href,
        });
        const page = await person.visit(url, { stopAt: redirectUri });
        const { arrived } = await person.press(page, Person.button(page, /deny|cancel|refuse/i), { stopAt: redirectUri });
        await assert.rejects(async () => library.redeem(session, arrived, { state, verifier: 'x'.repeat(43) }), (error) => error.error === 'access_denied');
      });
    });
  }
}

test('an answer from elsewhere is not taken for ours: each library checks the issuer it names (RFC 9207)', async () => {
  const callback = new URL(`${redirectUri}?code=c&state=s&iss=https%3A%2F%2Fevil.example`);
  const as = await libraries.oauth4webapi.discover();
  assert.equal(as.authorization_response_iss_parameter_supported, true);
  assert.throws(() => oauth.validateAuthResponse(as, { client_id: 'c' }, callback, 's'), /issuer/i);
  const missing = new URL(`${redirectUri}?code=c&state=s`);
  assert.throws(() => oauth.validateAuthResponse(as, { client_id: 'c' }, missing, 's'), /iss/i);
});

// The offline Clerk's OAuth server (clerk.md 5): its applications made by the real @clerk/backend, its clients the strict
// ones of oauth4webapi and openid-client with their default checks, its tokens judged by both and by @clerk/express's way.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createClerkClient } from '@clerk/backend';
import { isClerkAPIResponseError } from '@clerk/shared/error';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { assertAllSucceed, authorizationChecks } from '../harness/conformance.mjs';
import { Person } from '../harness/person.mjs';
import { Site } from '../harness/site.mjs';
import { freePort, startClerk } from '../harness/stack.mjs';

const ada = 'user_AdaLovelace0000000000000001';
const resource = 'https://mcp.example.com/mcp';
const redirectUri = 'http://127.0.0.1:33418/callback';
const plainHttp = { [oauth.allowInsecureRequests]: true };
let emulator, clerk, server;

before(async () => {
  emulator = await startClerk();
  clerk = createClerkClient({ secretKey: emulator.secretKey, publishableKey: emulator.publishableKey, apiUrl: emulator.url, telemetry: { disabled: true } });
});
beforeEach(async () => {
  await emulator.control('reset');
  server = await discover('oauth2');
});
after(() => emulator.stop());

async function discover(algorithm) {
  const issuer = new URL(emulator.url);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...plainHttp }));
}
const settings = (changes) => fetch(`${emulator.url}/v1/instance/oauth_application_settings`, {
  method: 'PATCH', body: JSON.stringify(changes), headers: { authorization: `Bearer ${emulator.secretKey}`, 'content-type': 'application/json' },
});
const fails = (promise, status) => assert.rejects(promise, (error) => isClerkAPIResponseError(error) && error.status === status);

// A whole authorization by oauth4webapi: { tokens, client, authentication, pages }.
async function authorize(client, authentication, parameters = {}, person = new Person('Ada')) {
  const pages = [];
  person.onPage = (page) => pages.push(page);
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const url = new URL(server.authorization_endpoint);
  for (const [name, value] of Object.entries({
    response_type: 'code', client_id: client.client_id, redirect_uri: redirectUri, scope: 'openid email profile', state, nonce, resource,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...parameters,
  })) url.searchParams.set(name, value);
  const callback = oauth.validateAuthResponse(server, client, await person.connect(url, redirectUri), state);
  const response = await oauth.authorizationCodeGrantRequest(server, client, authentication, callback, redirectUri, verifier, plainHttp);
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce });
  return { tokens, pages };
}
async function makeClient(changes = {}) {
  const application = await clerk.oauthApplications.create({ name: 'A client', redirectUris: [redirectUri], scopes: 'openid email profile', ...changes });
  return { application, client: { client_id: application.clientId }, authentication: oauth.ClientSecretBasic(application.clientSecret) };
}
const judge = (token, acceptsToken) => clerk.authenticateRequest(
  new Request('http://localhost/', { headers: { authorization: `Bearer ${token}` } }), { acceptsToken, audience: resource });

test('OAuth applications are created, listed, read, changed and deleted, and their secret shows at its birth only', async () => {
  const made = await clerk.oauthApplications.create({ name: 'My client', redirectUris: [redirectUri], scopes: 'openid email' });
  assert.match(made.id, /^oa_/);
  assert.equal(made.clientId.length, 16);
  assert.equal(made.clientSecret.length, 32);
  assert.deepEqual([made.isPublic, made.pkceRequired, made.consentScreenEnabled, made.dynamicallyRegistered], [false, false, true, false]);
  assert.equal(made.tokenFetchUrl, server.token_endpoint);
  const read = await clerk.oauthApplications.get(made.id);
  assert.equal(read.clientSecret, undefined);
  assert.deepEqual([read.name, read.scopes, read.redirectUris], ['My client', 'openid email', [redirectUri]]);
  const changed = await clerk.oauthApplications.update({ oauthApplicationId: made.id, name: 'Renamed', scopes: 'openid' });
  assert.deepEqual([changed.name, changed.scopes, changed.redirectUris], ['Renamed', 'openid', [redirectUri]]);
  const other = await clerk.oauthApplications.create({ name: 'Public one', public: true });
  assert.deepEqual([other.isPublic, other.clientSecret, other.scopes], [true, '', 'profile email']);
  assert.equal((await clerk.oauthApplications.list()).totalCount, 3, 'these two and the seeded one');
  assert.deepEqual((await clerk.oauthApplications.list({ nameQuery: 'pUBLIC' })).data.map((each) => each.id), [other.id]);
  assert.deepEqual((await clerk.oauthApplications.list({ nameQuery: made.clientId })).data.map((each) => each.id), [made.id]);
  const rotated = await clerk.oauthApplications.rotateSecret(made.id);
  assert.notEqual(rotated.clientSecret, made.clientSecret);
  assert.equal((await clerk.oauthApplications.delete(made.id)).deleted, true);
  await fails(clerk.oauthApplications.get(made.id), 404);
});

test('both metadata documents are what strict clients want, and say what the instance is set to', async () => {
  const oidc = await discover('oidc');
  assert.equal(oidc.introspection_endpoint, `${emulator.url}/oauth/token_info`);
  assert.equal(server.introspection_endpoint, undefined);
  assert.deepEqual(server.code_challenge_methods_supported, ['S256']);
  assert.equal(server.registration_endpoint, `${emulator.url}/oauth/register`);
  assert.equal(server.client_id_metadata_document_supported, true);
  assert.equal((await settings({ dynamic_oauth_client_registration: false, client_id_metadata_documents_advertised: false })).status, 200);
  server = await discover('oauth2');
  assert.equal(server.registration_endpoint, undefined);
  assert.equal(server.client_id_metadata_document_supported, undefined);
});

describe('a confidential client', () => {
  for (const method of ['ClientSecretBasic', 'ClientSecretPost']) {
    test(`gets tokens by ${method}, for the user and the resource, and refreshes them`, async () => {
      const { application, client } = await makeClient();
      const authentication = oauth[method](application.clientSecret);
      const { tokens, pages } = await authorize(client, authentication);
      assert.deepEqual(pages.map((page) => new URL(page.url).pathname), ['/sign-in', '/oauth/authorize']);
      assert.match(pages[1].html, /A client/);
      assert.equal(tokens.expires_in, 86_400);
      assert.equal(tokens.scope, 'openid email profile');
      const id = oauth.getValidatedIdTokenClaims(tokens);
      assert.deepEqual([id.sub, id.email, id.name], [ada, 'ada@acme.test', 'Ada Lovelace']);

      const request = new Request('https://mcp.example.com/mcp', { headers: { authorization: `Bearer ${tokens.access_token}` } });
      const claims = await oauth.validateJwtAccessToken(server, request, resource, plainHttp);
      assert.deepEqual([claims.sub, claims.client_id, claims.scope], [ada, client.client_id, 'openid email profile']);
      const info = await oauth.processUserInfoResponse(await discover('oidc'), client, ada,
        await oauth.userInfoRequest(await discover('oidc'), client, tokens.access_token, plainHttp));
      assert.deepEqual([info.user_id, info.email_verified, info.given_name], [ada, true, 'Ada']);

      const refresh = (token) => oauth.refreshTokenGrantRequest(server, client, authentication, token, plainHttp);
      const fresh = await oauth.processRefreshTokenResponse(server, client, await refresh(tokens.refresh_token));
      assert.notEqual(fresh.refresh_token, tokens.refresh_token);
      assert.equal(oauth.getValidatedIdTokenClaims(fresh).sub, ada);
      await assert.rejects(oauth.processRefreshTokenResponse(server, client, await refresh(tokens.refresh_token)), { error: 'invalid_grant' });
    });
  }

  test('is refused with a wrong secret, and its code with a wrong verifier', async () => {
    const { client, authentication } = await makeClient();
    await assert.rejects(authorize(client, oauth.ClientSecretBasic('wrong')), (error) => error.status === 401 && /invalid_client|WWW-Authenticate/.test(error.error ?? error.message));
    const callback = await new Person('Ada').connect(Object.assign(new URL(server.authorization_endpoint), {
      search: new URLSearchParams({ response_type: 'code', client_id: client.client_id, redirect_uri: redirectUri, scope: 'openid', state: 'a-state-of-ours',
        code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()), code_challenge_method: 'S256' }).toString(),
    }), redirectUri);
    const parameters = oauth.validateAuthResponse(server, client, callback, 'a-state-of-ours');
    const response = await oauth.authorizationCodeGrantRequest(server, client, authentication, parameters, redirectUri, oauth.generateRandomCodeVerifier(), plainHttp);
    await assert.rejects(oauth.processAuthorizationCodeResponse(server, client, response), { error: 'invalid_grant' });
  });

  test('introspects and revokes; what was revoked is over at every door', async () => {
    await settings({ oauth_jwt_access_tokens: false });
    const { application, client, authentication } = await makeClient();
    const oidc = await discover('oidc');
    const introspect = async (token) => oauth.processIntrospectionResponse(oidc, client, await oauth.introspectionRequest(oidc, client, authentication, token, plainHttp));
    for (const end of [
      async ({ refresh_token: token }) => oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authentication, token, plainHttp)),
      async ({ access_token: token }) => clerk.oauthApplications.revokeToken({ oauthApplicationId: application.id, token }),
    ]) {
      const { tokens } = await authorize(client, authentication);
      assert.match(tokens.access_token, /^oat_/);
      const info = await introspect(tokens.access_token);
      assert.deepEqual([info.active, info.sub, info.client_id, info.scope], [true, ada, client.client_id, 'openid email profile']);
      const verified = await clerk.idPOAuthAccessToken.verify(tokens.access_token, { audience: resource });
      assert.deepEqual([verified.subject, verified.clientId, verified.aud], [ada, client.client_id, [resource]]);
      await end(tokens);
      assert.equal((await introspect(tokens.access_token)).active, false);
      assert.equal((await clerk.idPOAuthAccessToken.verify(tokens.access_token, { audience: resource })).revoked, true);
      const refused = await oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, plainHttp);
      await assert.rejects(oauth.processRefreshTokenResponse(server, client, refused), { error: 'invalid_grant' });
    }
  });
});

test('access tokens of both formats pass authenticateRequest as OAuth tokens, and as nothing else', async () => {
  for (const jwt of [true, false]) {
    await settings({ oauth_jwt_access_tokens: jwt });
    const { client, authentication } = await makeClient();
    const { tokens } = await authorize(client, authentication);
    const state = await judge(tokens.access_token, 'oauth_token');
    assert.equal(state.isAuthenticated, true, `${state.reason} ${state.message}`);
    assert.equal(state.toAuth().userId, ada);
    assert.equal((await judge(tokens.access_token, 'session_token')).isAuthenticated, false);
    assert.equal((await judge(tokens.id_token, 'oauth_token')).isAuthenticated, false, 'an ID token is no access token');
    const { tokens: unbound } = await authorize(client, authentication, { resource: 'https://other.example.com/' });
    assert.equal((await judge(unbound.access_token, 'oauth_token')).isAuthenticated, false, 'another audience');
  }
});

test('a public client registers itself, and needs PKCE and nothing else', async () => {
  const response = await oauth.dynamicClientRegistrationRequest(server, { client_name: 'Self-made', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }, plainHttp);
  const client = await oauth.processDynamicClientRegistrationResponse(response);
  assert.equal(client.client_secret, undefined);
  assert.equal(client.scope, 'email offline_access profile');
  const { tokens, pages } = await authorize(client, oauth.None());
  assert.match(pages.at(-1).html, /Nobody has checked/);
  assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, ada);
  const [application] = (await clerk.oauthApplications.list({ nameQuery: client.client_id })).data;
  assert.deepEqual([application.dynamicallyRegistered, application.isPublic], [true, true]);
  await assert.rejects(clerk.oauthApplications.update({ oauthApplicationId: application.id, name: application.name, consentScreenEnabled: false }), { status: 422 });
});

test('a client is met by its metadata document', async () => {
  const site = await Site.open();
  try {
    const client = { client_id: site.publish('/client.json') };
    const { tokens, pages } = await authorize(client, oauth.None());
    assert.match(pages.at(-1).html, /Published Assistant/);
    assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, ada);
    await settings({ client_id_metadata_documents_advertised: false });
    const unknown = { client_id: site.publish('/other.json') };
    await assert.rejects(authorize(unknown, oauth.None()), /does not know what to do.*401/s);
  } finally {
    await site.close();
  }
});

test('openid-client signs a user in with its default checks', async () => {
  const { application } = await makeClient();
  const configuration = await openid.discovery(new URL(emulator.url), application.clientId, application.clientSecret, undefined, { execute: [openid.allowInsecureRequests] });
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri, scope: 'openid email', state: expectedState, nonce: expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
  });
  const callback = await new Person('Grace').connect(url, redirectUri);
  const tokens = await openid.authorizationCodeGrant(configuration, callback, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
  assert.equal(tokens.claims().email, 'grace@acme.test');
  assert.equal((await openid.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub)).email, 'grace@acme.test');
  await openid.tokenRevocation(configuration, tokens.refresh_token);
  await assert.rejects(openid.refreshTokenGrant(configuration, tokens.refresh_token), { error: 'invalid_grant' });
});

for (const revision of ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']) {
  test(`the official conformance suite finds nothing to say about it (${revision})`, async () => {
    const port = await freePort();
    const response = await oauth.dynamicClientRegistrationRequest(server, { redirect_uris: [`http://127.0.0.1:${port}/callback`], token_endpoint_auth_method: 'none' }, plainHttp);
    const { client_id: clientId } = await oauth.processDynamicClientRegistrationResponse(response);
    assertAllSucceed(await authorizationChecks({ issuer: emulator.url, resource, clientId, port, revision, person: new Person('Ada') }));
  });
}

test('who said no is sent back with that, and a client that knows its user need not ask again', async () => {
  const { client, authentication } = await makeClient();
  const ada = new Person('Ada');
  await authorize(client, authentication, {}, ada);
  const { pages } = await authorize(client, authentication, {}, ada);
  assert.deepEqual(pages.map((page) => new URL(page.url).pathname), ['/oauth/authorize'], 'signed in already');
  ada.nextButton = (page) => Person.button(page, /deny/i);
  await assert.rejects(authorize(client, authentication, {}, ada), { error: 'access_denied' });
});

test('with the organization\'s scope the user chooses one, and the token says which', async () => {
  const { client, authentication } = await makeClient({ scopes: 'openid user:org:read' });
  const connect = async (organization) => {
    const person = new Person('Ada');
    const press = person.press.bind(person);
    person.press = (page, button, options) => {
      const choice = page.document.querySelector('select[name=organization_id]');
      if (!choice) return press(page, button, options);
      assert.deepEqual(choice.querySelectorAll('option').map((each) => each.text), ['None', 'Acme']);
      const handle = page.document.querySelector('input[name=handle]').getAttribute('value');
      return person.visit(new URL('/oauth/consent', page.url), { ...options, form: { handle, consented: 'true', organization_id: organization } });
    };
    return oauth.getValidatedIdTokenClaims((await authorize(client, authentication, { scope: 'openid user:org:read' }, person)).tokens);
  };
  assert.equal((await connect('')).org_id, undefined);
  const { org_id: id, org_slug: slug } = await connect('org_Acme00000000000000000000001');
  assert.deepEqual([id, slug], ['org_Acme00000000000000000000001', 'acme']);
  await assert.rejects(connect('org_of_others'), /does not know what to do/);
});

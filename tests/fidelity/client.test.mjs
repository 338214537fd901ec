// The Backend API of the offline Clerk, called by @clerk/backend as an app calls the real one (clerk.md 3).
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createClerkClient, verifyToken } from '@clerk/backend';
import { isClerkAPIResponseError } from '@clerk/shared/error';
import { startClerk } from '../harness/stack.mjs';

let emulator, clerk;
const ada = 'user_AdaLovelace0000000000000001';

before(async () => {
  emulator = await startClerk();
  clerk = createClerkClient({ secretKey: emulator.secretKey, publishableKey: emulator.publishableKey, apiUrl: emulator.url, telemetry: { disabled: true } });
});
beforeEach(() => emulator.control('reset'));
after(() => emulator.stop());

const state = async () => (await fetch(`${emulator.url}/__emulator/state`)).json();
async function fails(promise, status, code) {
  await assert.rejects(promise, (error) => {
    assert.ok(isClerkAPIResponseError(error), String(error));
    assert.equal(error.status, status);
    assert.equal(error.errors[0].code, code);
    assert.ok(error.clerkTraceId);
    return true;
  });
}

test('users are got, listed and counted', async () => {
  const user = await clerk.users.getUser(ada);
  assert.equal(user.fullName, 'Ada Lovelace');
  assert.equal(user.primaryEmailAddress.emailAddress, 'ada@acme.test');
  assert.equal(user.banned, false);
  const list = await clerk.users.getUserList({ limit: 2, orderBy: '+created_at' });
  assert.equal(list.totalCount, 3);
  assert.deepEqual(list.data.map((each) => each.firstName), ['Ada', 'Grace']);
  const rest = await clerk.users.getUserList({ limit: 2, offset: 2, orderBy: '+created_at' });
  assert.deepEqual(rest.data.map((each) => each.firstName), ['Katherine']);
  const some = await clerk.users.getUserList({ emailAddress: ['ada@acme.test', 'grace@acme.test'] });
  assert.equal(some.data.length, 2);
  assert.equal(some.totalCount, 2);
  assert.equal(await clerk.users.getCount({ query: 'johnson' }), 1);
});

test('users are created, changed, banned, locked and deleted', async () => {
  const made = await clerk.users.createUser({ emailAddress: ['mary@acme.test'], firstName: 'Mary', password: 'a long password', publicMetadata: { plan: { camelCase: 1 } }, externalId: 'ext-1' });
  assert.match(made.id, /^user_[0-9A-Za-z]{27}$/);
  assert.equal(made.passwordEnabled, true);
  assert.deepEqual(made.publicMetadata, { plan: { camelCase: 1 } });
  assert.equal((await clerk.users.updateUser(made.id, { lastName: 'Jackson' })).fullName, 'Mary Jackson');
  assert.deepEqual((await clerk.users.updateUserMetadata(made.id, { publicMetadata: { plan: { more: 2 } } })).publicMetadata, { plan: { camelCase: 1, more: 2 } });
  assert.deepEqual((await clerk.users.replaceUserMetadata(made.id, { publicMetadata: { a: 1 } })).publicMetadata, { a: 1 });
  assert.equal((await clerk.users.lockUser(made.id)).locked, true);
  assert.equal((await clerk.users.unlockUser(made.id)).locked, false);
  assert.equal((await clerk.users.banUser(made.id)).banned, true);
  assert.equal((await clerk.users.unbanUser(made.id)).banned, false);
  const gone = await clerk.users.deleteUser(made.id);
  assert.equal(gone.deleted, true);
  await fails(clerk.users.getUser(made.id), 404, 'resource_not_found');
});

test('the tokens that Clerk keeps for a user at other providers are given out', async () => {
  await fails(clerk.users.getUserOauthAccessToken(ada, 'google'), 404, 'oauth_token_provider_not_enabled');
  await emulator.control(`users/${ada}/external_accounts`, { provider: 'oauth_google', token: 'ya29.offline', scopes: ['calendar'] });
  const { data, totalCount } = await clerk.users.getUserOauthAccessToken(ada, 'google');
  assert.equal(totalCount, 1);
  assert.deepEqual([data[0].provider, data[0].token, data[0].scopes], ['oauth_google', 'ya29.offline', ['calendar']]);
  assert.equal((await clerk.users.getUserOauthAccessToken('user_GraceHopper0000000000000002', 'google')).totalCount, 0);
});

test('what is wrong is said in errors that the SDK understands', async () => {
  await fails(clerk.users.createUser({ emailAddress: ['ada@acme.test'] }), 422, 'form_identifier_exists');
  await fails(clerk.users.getUserList({ limit: 501 }), 422, 'form_param_value_invalid');
  await fails(clerk.sessions.getToken('sess_none'), 404, 'resource_not_found');
  await fails(clerk.sessions.createSession({ userId: 'user_none' }), 404, 'resource_not_found');
  const stranger = createClerkClient({ secretKey: 'sk_test_of_another_instance', apiUrl: emulator.url });
  await fails(stranger.users.getUser(ada), 401, 'clerk_key_invalid');
});

test('sessions give tokens until they are over', async () => {
  const session = await clerk.sessions.createSession({ userId: ada });
  assert.match(session.id, /^sess_[0-9A-Za-z]{27}$/);
  assert.equal(session.status, 'active');
  assert.equal((await clerk.sessions.getSession(session.id)).userId, ada);
  const list = await clerk.sessions.getSessionList({ userId: ada });
  assert.equal(list.totalCount, 1);
  assert.match((await clerk.sessions.getToken(session.id)).jwt, /^ey/);
  assert.match((await clerk.sessions.getToken(session.id, 'postern', 300)).jwt, /^ey/);
  await fails(clerk.sessions.getToken(session.id, 'no_such_template'), 404, 'resource_not_found');
  assert.equal((await clerk.sessions.revokeSession(session.id)).status, 'revoked');
  await fails(clerk.sessions.getToken(session.id), 404, 'resource_not_found');
});

test('a ban ends the sessions', async () => {
  const session = await clerk.sessions.createSession({ userId: ada });
  await clerk.users.banUser(ada);
  assert.equal((await clerk.sessions.getSession(session.id)).status, 'revoked');
  await fails(clerk.sessions.createSession({ userId: ada }), 403, 'user_banned');
});

test('JWT templates are made, listed, changed and deleted', async () => {
  const made = await clerk.jwtTemplates.create({ name: 'api', claims: { aud: 'x', n: '{{user.full_name}}' }, lifetime: 120 });
  assert.equal(made.lifetime, 120);
  assert.equal((await clerk.jwtTemplates.list()).totalCount, 2);
  assert.equal((await clerk.jwtTemplates.update({ templateId: made.id, name: 'api', claims: {}, lifetime: 60 })).lifetime, 60);
  assert.equal((await clerk.jwtTemplates.get(made.id)).name, 'api');
  assert.equal((await clerk.jwtTemplates.delete(made.id)).deleted, true);
  await fails(clerk.jwtTemplates.create({ name: 'bad', claims: { sub: 'me' } }), 400, 'jwt_template_reserved_claim');
});

test('organizations and memberships are paginated', async () => {
  const list = await clerk.organizations.getOrganizationList();
  assert.equal(list.totalCount, 2);
  const acme = list.data.find(({ slug }) => slug === 'acme');
  assert.equal((await clerk.organizations.getOrganization({ slug: 'acme' })).id, acme.id);
  const members = await clerk.organizations.getOrganizationMembershipList({ organizationId: acme.id, limit: 2 });
  assert.equal(members.totalCount, 3);
  assert.equal(members.data.length, 2);
  const own = await clerk.users.getOrganizationMembershipList({ userId: ada });
  assert.equal(own.data[0].role, 'org:admin');
  assert.equal(own.data[0].organization.name, 'Acme');
  const made = await clerk.organizations.createOrganization({ name: 'Labs', createdBy: ada });
  assert.equal((await clerk.organizations.createOrganizationMembership({ organizationId: made.id, userId: 'user_GraceHopper0000000000000002', role: 'org:member' })).role, 'org:member');
  assert.equal((await clerk.organizations.updateOrganizationMembership({ organizationId: made.id, userId: 'user_GraceHopper0000000000000002', role: 'org:admin' })).role, 'org:admin');
  await fails(clerk.organizations.updateOrganizationMembership({ organizationId: made.id, userId: 'user_KatherineJohnson00000000003', role: 'org:admin' }), 404, 'resource_not_found');
});

test('actor tokens: a ticket for somebody who acts as the user', async () => {
  const token = await clerk.actorTokens.create({ userId: ada, actor: { sub: 'user_staff' }, expiresInSeconds: 60, sessionMaxDurationInSeconds: 600 });
  assert.match(token.id, /^act_/);
  assert.deepEqual([token.status, token.userId, token.actor], ['pending', ada, { sub: 'user_staff' }]);
  assert.ok(token.url.endsWith(token.token));
  const page = await fetch(token.url);
  assert.match(await page.text(), /Ada Lovelace/);
  const form = new URLSearchParams({ ticket: token.token });
  await fetch(new URL('/sign-in', emulator.url), { method: 'POST', body: form, redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  const { data: [session] } = await clerk.sessions.getSessionList({ userId: ada, status: 'active' });
  assert.deepEqual(session.actor, { sub: 'user_staff' });
  assert.equal(session.expireAt - session.createdAt, 600_000);
  const { jwt } = await clerk.sessions.getToken(session.id);
  assert.deepEqual((await verifyToken(jwt, { jwtKey: (await state()).jwt_key })).act, { sub: 'user_staff' });
  await clerk.jwtTemplates.create({ name: 'with-actor', claims: { act: '{{session.actor}}' } });
  const { jwt: byTemplate } = await clerk.sessions.getToken(session.id, 'with-actor');
  assert.deepEqual((await verifyToken(byTemplate, { jwtKey: (await state()).jwt_key })).act, { sub: 'user_staff' });
  assert.equal((await fetch(token.url)).status, 404, 'a ticket is used once');
  const other = await clerk.actorTokens.create({ userId: ada, actor: { sub: 'user_staff' } });
  assert.equal((await clerk.actorTokens.revoke(other.id)).status, 'revoked');
  await fails(clerk.actorTokens.create({ userId: ada, actor: {} }), 422, 'form_param_value_invalid');
});

test('sign-in tokens and testing tokens', async () => {
  const token = await clerk.signInTokens.createSignInToken({ userId: ada, expiresInSeconds: 60 });
  assert.equal(token.status, 'pending');
  assert.equal((await clerk.signInTokens.revokeSignInToken(token.id)).status, 'revoked');
  const testing = await clerk.testingTokens.createTestingToken();
  assert.match(testing.token, /^\d+-c_/);
});

test('ordered trouble reaches the SDK as the real one would', async () => {
  await emulator.control('faults', { match: 'GET /v1/users', status: 429, retry_after: 7 });
  await assert.rejects(clerk.users.getUser(ada), (error) => error.status === 429 && error.retryAfter === 7);
  assert.equal((await clerk.users.getUser(ada)).id, ada);
  await emulator.control('faults', { match: '/v1/users', status: 500 });
  await fails(clerk.users.getUser(ada), 500, 'internal_clerk_error');
});

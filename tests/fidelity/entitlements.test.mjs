// Features and plans: the session tokens that the offline Clerk mints, and our reading of such tokens, as has() of
// @clerk/backend sees them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { verifyToken } from '@clerk/backend';
import { signedInAuthObject } from '@clerk/backend/internal';
import { startClerk } from '../harness/stack.mjs';

let clerk;
before(async () => { clerk = await startClerk(); });
after(() => clerk.stop());

const acme = 'org_Acme00000000000000000000001';
const ada = 'user_AdaLovelace0000000000000001';
const authOf = (claims) => signedInAuthObject({ sessionToken: '', secretKey: clerk.secretKey, apiUrl: clerk.url }, 'token', { sub: ada, sid: 'sess_1', v: 2, ...claims });

async function mint(organizationId) {
  const session = await (await clerk.api('POST', '/sessions', { user_id: ada, active_organization_id: organizationId })).json();
  const { jwt } = await (await clerk.api('POST', `/sessions/${session.id}/tokens`)).json();
  return verifyToken(jwt, { secretKey: clerk.secretKey, apiUrl: clerk.url });
}

test('the offline Clerk says plans, features and permissions as the SDK reads them', async () => {
  await clerk.control(`organizations/${acme}/plan`, { plan: 'pro', features: ['orders', 'reports'] });
  await clerk.control(`users/${ada}/plan`, { plan: 'gold', features: ['export'] });
  await clerk.control(`organizations/${acme}/memberships/${ada}/permissions`, { permissions: ['org:orders:manage', 'org:reports:read', 'org:orders:read'] });
  const { has } = authOf(await mint(acme));
  for (const asked of [
    { plan: 'pro' }, { plan: 'org:pro' }, { plan: 'user:gold' }, { feature: 'orders' }, { feature: 'org:reports' }, { feature: 'user:export' },
    { permission: 'org:orders:manage' }, { permission: 'org:orders:read' }, { permission: 'org:reports:read' }, { role: 'org:admin' },
  ]) assert.equal(has(asked), true, JSON.stringify(asked));
  for (const asked of [{ plan: 'user:pro' }, { plan: 'gold!' }, { feature: 'user:orders' }, { feature: 'org:export' }, { permission: 'org:reports:manage' }])
    assert.equal(has(asked), false, JSON.stringify(asked));
  const alone = authOf(await mint());
  assert.deepEqual([alone.has({ plan: 'gold' }), alone.has({ plan: 'pro' }), alone.has({ feature: 'orders' })], [true, false, false]);
});

test('our has_entitlement() and has() agree on every row of entitlements_test.cpp', () => {
  const rows = [...readFileSync('framework/postern/clerk/entitlements_test.cpp', 'utf8').matchAll(/Row\{"([^"]*)", "([^"]*)", (true|false)\}/g)];
  assert.ok(rows.length > 10);
  for (const [, list, needed, expected] of rows) {
    assert.equal(authOf({ fea: list }).has({ feature: needed }), expected === 'true', `fea "${list}" has "${needed}"`);
    assert.equal(authOf({ pla: list }).has({ plan: needed }), expected === 'true', `pla "${list}" has "${needed}"`);
  }
});

// verifyWebhook of @clerk/backend over what the offline Clerk sends.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { createClerkClient } from '@clerk/backend';
import { verifyWebhook } from '@clerk/backend/webhooks';
import { freePort, publishableKey, secretKey, startClerk } from '../harness/stack.mjs';

const signingSecret = `whsec_${randomBytes(24).toString('base64')}`;
const ada = 'user_AdaLovelace0000000000000001';
const received = []; // requests, whole
let listener, emulator, clerk;

before(async () => {
  listener = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push(new Request(`http://localhost${request.url}`, { method: 'POST', headers: request.headers, body: Buffer.concat(chunks) }));
    response.writeHead(204).end();
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const port = await freePort();
  emulator = await startClerk(port, { url: `http://127.0.0.1:${listener.address().port}/webhooks`, secret: signingSecret });
  clerk = createClerkClient({ secretKey, publishableKey: publishableKey(port), apiUrl: emulator.url, telemetry: { disabled: true } });
});
after(async () => {
  await emulator.stop();
  listener.closeAllConnections();
  listener.close();
});

test('each event verifies, and has the shape that its type has', async () => {
  const session = await clerk.sessions.createSession({ userId: ada });
  await clerk.sessions.revokeSession(session.id);
  await clerk.users.banUser(ada);
  await clerk.organizations.deleteOrganizationMembership({ organizationId: 'org_Acme00000000000000000000001', userId: ada });
  await clerk.organizations.deleteOrganization('org_Acme00000000000000000000001');
  await clerk.users.deleteUser(ada);
  const events = await Promise.all(received.map((request) => verifyWebhook(request.clone(), { signingSecret })));
  assert.deepEqual(events.map(({ type }) => type),
    ['session.revoked', 'user.updated', 'organizationMembership.deleted', 'organization.deleted', 'user.deleted']);
  assert.equal(events[0].data.id, session.id);
  assert.equal(events[0].data.user_id, ada);
  assert.equal(events[1].data.banned, true);
  assert.equal(events[2].data.public_user_data.user_id, ada);
  assert.equal(events[2].data.organization.id, 'org_Acme00000000000000000000001');
  assert.deepEqual(events[4].data, { object: 'user', id: ada, deleted: true });
  assert.equal(new Set(received.map((request) => request.headers.get('svix-id'))).size, events.length);
});

test('with another secret it does not', async () => {
  await assert.rejects(verifyWebhook(received[0].clone(), { signingSecret: `whsec_${randomBytes(24).toString('base64')}` }));
});

// SIGKILL to the server while people connect, refresh and revoke through its real endpoints. Afterwards no code is lost that
// was handed out, none works twice, every connection goes on from its newest token, and what was revoked stays so.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Client, pkce } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { host, startStack } from '../harness/stack.mjs';
import { Ledger } from './ledger.mjs';

const kills = Number(process.env.KILLS ?? 20);
const people = 6;

test(`${kills} kills of the server (${host}): connections keep what they were told`, { timeout: 3_600_000 }, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'postern-faults-'));
  const ledger = new Ledger(path.join(folder, 'acknowledged.jsonl'));
  const stack = await startStack();
  const figures = { clients: 0, codes: 0, connected: 0, revoked: 0, underWay: 0 };

  // One connection as far as the server lives. `connection` has what was acknowledged; `doing` what was not yet.
  async function connect(connection) {
    const step = async (what, call) => {
      Object.assign(connection, { doing: what, since: Date.now() });
      const answer = await ledger.attempt(connection.subject, what, call);
      connection.doing = undefined;
      return answer;
    };
    const tokens = async (response) => {
      assert.equal(response.status, 200, `${connection.subject}: ${await response.clone().text()}`);
      return response.json();
    };
    const client = new Client(stack.mcpUrl);
    await step('register', async () => (await client.register()).id);
    connection.client = client;
    const { verifier, challenge } = pkce();
    connection.verifier = verifier;
    connection.code = await step('authorize', () => client.codeFrom(new Person('Ada'), challenge));
    if (connection.stopAt === 'code') return;
    connection.tokens = await step('redeem', async () => tokens(await client.redeem(connection.code, verifier)));
    for (let round = 0; round < 2; ++round) {
      const successor = await step('refresh', async () => tokens(await client.refresh(connection.tokens.refresh_token)));
      connection.old = connection.tokens;
      connection.tokens = successor;
    }
    if (connection.stopAt === 'connected') return;
    await step('revoke', async () => assert.equal((await client.revoke(connection.tokens.refresh_token)).status, 200));
    connection.revoked = true;
  }

  async function check({ subject, client, code, verifier, tokens, doing, since, revoked }) {
    const told = async (response, statuses) => {
      const body = await response.text();
      assert.ok(statuses.includes(response.status), `${subject} while "${doing}": ${response.status} ${body}`);
      return response.status;
    };
    if (doing) ++figures.underWay;
    if (!client) return;
    const page = await fetch(client.authorizationUrl(pkce().challenge), { redirect: 'manual' });
    await told(page, [200]); // the client is registered
    ++figures.clients;
    if (code && !tokens) { // handed out: redeemable, unless it may have been redeemed
      await told(await client.redeem(code, verifier), doing === 'redeem' ? [200, 400] : [200]);
      await told(await client.redeem(code, verifier), [400]);
      ++figures.codes;
    }
    if (!tokens) return;
    ++figures.connected;
    if (revoked) {
      await told(await client.refresh(tokens.refresh_token), [400]);
      await told(await client.call(tokens.access_token), [401]);
      await told(await client.redeem(code, verifier), [400]);
      ++figures.revoked;
      return;
    }
    // The newest token works. Also one whose use was under way: it gets its successor again, within the grace of ten seconds.
    const response = await client.refresh(tokens.refresh_token);
    const isLate = doing === 'refresh' && Date.now() - since > 9_000;
    if (await told(response.clone(), doing === 'revoke' || isLate ? [200, 400] : [200]) !== 200) return;
    const fresh = await response.json();
    assert.notEqual((await client.call(fresh.access_token)).status, 401, subject);
    await told(await client.redeem(code, verifier), [400]); // a code that was redeemed works for nobody, and ends it all
    await told(await client.refresh(fresh.refresh_token), [400]);
    await told(await client.call(fresh.access_token), [401]);
  }

  try {
    for (let round = 0; round < kills; ++round) {
      const connections = Array.from({ length: people }, (_, person) => ({ subject: `${round}-${person}`, stopAt: ['code', 'connected', 'revoked'][person % 3] }));
      const running = connections.map((connection) => connect(connection).catch((error) => { if (error.code === 'ERR_ASSERTION') throw error; }));
      const whole = (people / 3) * (2 + 5 + 6); // the attempts of a round that nothing disturbs
      await Promise.race([ledger.reaches(ledger.attempts + 1 + Math.floor(Math.random() * whole)), Promise.all(running)]);
      const restarted = stack.killServer();
      await Promise.all(running);
      await restarted;
      await Promise.all(connections.map(check));
    }
    assert.ok(figures.underWay > 0 && figures.codes > 0 && figures.connected > 0, JSON.stringify(figures));
    t.diagnostic(`${kills} kills on ${host}: ${JSON.stringify(figures)}: 0 lost, 0 twice, 0 back again`);
  } finally {
    ledger.close();
    await stack.stop();
    await rm(folder, { recursive: true });
  }
});

// The golden transcripts, damaged at random ten thousand times: whatever comes, the answer is a well-formed message of
// JSON-RPC for the very request that was sent, or an HTTP error below 500, and the server goes on. (The core alone has the
// same in mutations_test.cpp, every method in both eras.)
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Client, modernRequest } from '../harness/by_hand.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';
import { readTranscript } from '../harness/transcript.mjs';

const mutations = 10_000;
const atOnce = 16;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));

// mulberry32: the same seed makes the same mutations.
let state = seed;
function random(below) {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

let stack, token;
before(async () => {
  stack = await startStack();
  ({ access_token: token } = await (await new Client(stack.mcpUrl).register()).signIn(new Person('Ada')));
});
after(() => stack.endWell());

const interesting = ['{', '}', '[', ']', '"', ',', ':', '0', '-1', '1e9', '.', '\\', '\\u0000', 'null', 'true', '\ufffd', ' ', '"id":', '{}'];
function damage(text) {
  for (let changes = random(4); changes > 0 && text; --changes) {
    const [at, to] = [random(text.length), random(text.length)];
    text = [
      () => text.slice(0, at) + interesting[random(interesting.length)] + text.slice(at + 1),
      () => text.slice(0, at) + text.slice(at + 1 + random(20)),
      () => text.slice(0, at) + text.slice(to, to + random(40)) + text.slice(at),
      () => text.slice(0, at) + random(2 ** 31) + text.slice(at),
    ][random(4)]();
  }
  return text;
}

// What a request says of itself, if it says anything that an answer can repeat.
function idIn(body) {
  try {
    const { id } = JSON.parse(body);
    return ['string', 'number'].includes(typeof id) ? id : undefined;
  } catch {
    return undefined;
  }
}
const codes = [-32700, -32600, -32601, -32602, -32603, -32002, -32020, -32021, -32022];
function checkReply(reply, body) {
  if (Array.isArray(reply)) return reply.forEach((each) => checkReply(each));
  assert.equal(reply.jsonrpc, '2.0');
  if (reply.method) return;
  if (body && reply.id !== undefined) assert.equal(reply.id, idIn(body));
  assert.notEqual('result' in reply, 'error' in reply, JSON.stringify(reply));
  if (reply.error) assert.ok(codes.includes(reply.error.code) && reply.error.message, JSON.stringify(reply));
}

async function send({ headers, body }) {
  const response = await fetch(stack.mcpUrl, { method: 'POST', headers, body });
  assert.ok(response.status < 500, `status ${response.status}`);
  const type = response.headers.get('content-type') ?? '';
  if ([401, 403].includes(response.status)) return response.body?.cancel(); // that of the authorization server
  if (type.startsWith('application/json')) return checkReply(await response.json(), body);
  if (!type.startsWith('text/event-stream')) return response.body?.cancel();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const { value = '' } = await reader.read();
  for (const [, data] of value.matchAll(/^data: (\{.*)$/gm)) checkReply(JSON.parse(data), body);
  await reader.cancel();
}

test(`ten thousand damaged requests (SEED=${seed}) are answered as the protocol has it`, async () => {
  const seeds = readdirSync('tests/transcripts').filter((name) => name.endsWith('.txt'))
    .flatMap((name) => readTranscript(`tests/transcripts/${name}`)).map(({ sent }) => sent)
    .filter(({ first, body }) => first === 'POST /mcp' && body);
  const sessionOf = async (protocolVersion) => (await fetch(stack.mcpUrl, {
    method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion, capabilities: {}, clientInfo: { name: 'damaged', version: '1' } } }),
  })).headers.get('mcp-session-id');
  const sessions = [await sessionOf('2025-11-25'), await sessionOf('2025-03-26')];

  let left = mutations;
  const work = async () => {
    while (left-- > 0) {
      const { headers, body } = seeds[random(seeds.length)];
      const session = sessions[random(2)];
      const fill = (text) => text.replaceAll('{{session}}', session).replaceAll('{{token}}', token).replaceAll('{{narrow}}', token);
      const sent = { headers: headers.map(([name, value]) => [name, fill(value)]), body: damage(fill(body)) };
      try {
        await send(sent);
      } catch (error) {
        error.message = `${error.message}\nSEED=${seed}: ${JSON.stringify(sent.body)}`;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const alive = await modernRequest(stack.mcpUrl, token, 'tools/call', { name: 'who_am_i', arguments: {} });
  assert.equal((await alive.json()).result.structuredContent.user_id, 'user_AdaLovelace0000000000000001');
});

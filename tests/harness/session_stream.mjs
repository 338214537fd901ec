// The stream of a session (2025-11-25), by hand, so that nothing reconnects.
//
//   const stream = await openSessionStream(mcpUrl, accessToken);
//   assert.equal(await stream.endsWithin(5_000), true);
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

export async function openSessionStream(mcpUrl, accessToken) {
  const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'stream', version: '1' } };
  const started = await fetch(mcpUrl, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }) });
  const session = { 'mcp-session-id': started.headers.get('mcp-session-id'), 'mcp-protocol-version': '2025-11-25' };
  const response = await fetch(mcpUrl, { headers: { authorization: headers.authorization, accept: 'text/event-stream', ...session } });
  assert.equal(response.status, 200);
  const reader = response.body.getReader();
  const stream = { ended: false, close: () => reader.cancel() };
  const read = async () => { while (!(await reader.read()).done); };
  const end = read().then(() => { stream.ended = true; });
  stream.endsWithin = async (milliseconds) => {
    await Promise.race([end, sleep(milliseconds, undefined, { ref: false })]);
    return stream.ended;
  };
  return stream;
}

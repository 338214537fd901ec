// What both benches send: one tools/call of `who_am_i` by a client that signed in, as 2026-07-28 has it.
import { Assistant, modern } from '../tests/harness/assistant.mjs';
import { Person } from '../tests/harness/person.mjs';

// Signs in, calls once, and makes sure that the answer is the user's. Gives what each further request consists of.
export async function signedInCall(mcpUrl) {
  const assistant = await new Assistant(mcpUrl).connectAs(new Person('Ada'), modern);
  const headers = {
    Authorization: `Bearer ${assistant.tokens.access_token}`, 'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'who_am_i',
  };
  const body = JSON.stringify({
    jsonrpc: '2.0', id: 1, method: 'tools/call',
    params: {
      name: 'who_am_i', arguments: {},
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
      },
    },
  });
  const one = await fetch(mcpUrl, { method: 'POST', headers, body });
  const answer = await one.json();
  if (one.status !== 200 || !/^user_/.test(answer.result?.structuredContent?.user_id)) throw new Error(`${one.status} ${JSON.stringify(answer)}`);
  await assistant.close();
  return { headers, body, result: answer.result };
}

// The server as a process of a client's own, over standard input and output, for a user who is signed in to the offline Clerk.
//
//   const client = await connectByStdio(modern, await stdioServer(stack, { user: ada }));
import * as v2 from '@modelcontextprotocol/client/stdio';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { modern } from './assistant.mjs';
import { programFile } from './stack.mjs';

export const ada = 'user_AdaLovelace0000000000000001';
export const grace = 'user_GraceHopper0000000000000002';

// How to start it: { command, args, env }. `organization` is active in the user's session.
export async function stdioServer(stack, { program = 'framework/hosts/native/postern', user = ada, organization } = {}) {
  const answer = await fetch(`${stack.clerk.url}/v1/sessions`, {
    method: 'POST', body: JSON.stringify({ user_id: user, ...(organization && { active_organization_id: organization }) }),
    headers: { authorization: `Bearer ${stack.clerk.secretKey}`, 'content-type': 'application/json' },
  });
  const { id } = await answer.json();
  return { command: programFile(program), args: ['--stdio'], env: { ...stack.serverSettings, CLERK_SESSION_ID: id, LOG_LEVEL: 'warning' } };
}

export async function connectByStdio(era, server) {
  const client = era.client();
  const Transport = era.name === modern.name ? v2.StdioClientTransport : StdioV1;
  await client.connect(new Transport({ ...server, stderr: 'inherit' }));
  return client;
}

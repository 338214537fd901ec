// The TypeScript stack for the same job, as its documentation puts it together: the stateless MCP handler of Cloudflare's
// agents behind its OAuth provider, with one tool. Whoever asks is signed in at once, as the user in USER.
import { OAuthProvider } from '@cloudflare/workers-oauth-provider';
import { McpServer } from '@modelcontextprotocol/server';
import { createMcpHandler, getMcpAuthContext } from 'agents/mcp/server';
import { WorkerEntrypoint } from 'cloudflare:workers';
import { z } from 'zod';

const user = z.object({ user_id: z.string(), session_id: z.string(), organization_id: z.string().optional(), scopes: z.array(z.string()) }).partial();

function createServer() {
  const server = new McpServer({ name: 'peer', version: '1.0.0' });
  server.registerTool('who_am_i', { description: 'Who is signed in.', inputSchema: z.object({}), outputSchema: user }, async () => {
    const { user } = getMcpAuthContext().props;
    return { content: [{ type: 'text', text: JSON.stringify(user) }], structuredContent: user };
  });
  return server;
}
const handler = createMcpHandler(createServer);

class Api extends WorkerEntrypoint {
  fetch(request) { return handler(request, this.env, this.ctx); }
}

const pages = {
  async fetch(request, env) {
    if (new URL(request.url).pathname !== '/authorize') return new Response('ready');
    const oauth = env.OAUTH_PROVIDER;
    const asked = await oauth.parseAuthRequest(request);
    const user = JSON.parse(env.USER);
    const { redirectTo } = await oauth.completeAuthorization({ request: asked, userId: user.user_id, metadata: {}, scope: asked.scope, props: { user } });
    return Response.redirect(redirectTo, 302);
  },
};

let provider;
export default {
  fetch(request, env, context) {
    const { origin } = new URL(request.url);
    provider ??= new OAuthProvider({
      apiRoute: '/mcp', apiHandler: Api, defaultHandler: pages, authorizeEndpoint: '/authorize', tokenEndpoint: '/token', clientRegistrationEndpoint: '/register',
      scopesSupported: ['tools'], requiredScopes: [],
      resourceMetadata: { resource: `${origin}/mcp`, authorization_servers: [origin] },
    });
    return provider.fetch(request, env, context);
  },
};

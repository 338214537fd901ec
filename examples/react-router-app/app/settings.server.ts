const { PORT = '3000', APP_URL, MCP_SERVER_URL = 'http://localhost:8788', API_AUDIENCE = 'acme-app', CLERK_SIGN_IN_URL } = process.env;
if (!CLERK_SIGN_IN_URL) throw new Error('CLERK_SIGN_IN_URL is missing: where your Clerk instance signs people in.');

export const settings = {
  appUrl: APP_URL ?? `http://localhost:${PORT}`,
  // The one address that a user's token is ever sent to.
  callbackUrl: `${new URL(MCP_SERVER_URL).origin}/callback`,
  // The `aud` of the JWT template that our API's tokens are made from.
  audience: API_AUDIENCE,
  signInUrl: CLERK_SIGN_IN_URL,
};

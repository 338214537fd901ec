// A shop in Express, with Clerk: a page for assistants to connect through, and an API for them to call.
import { clerkMiddleware, createClerkClient, getAuth } from '@clerk/express';
import express from 'express';
import { api } from './api.mjs';
import { connectPage } from './connect.mjs';

const { PORT = '3000', MCP_SERVER_URL = 'http://localhost:8788', API_AUDIENCE = 'acme-app', CLERK_SIGN_IN_URL } = process.env;
const appUrl = process.env.APP_URL ?? `http://localhost:${PORT}`;
if (!CLERK_SIGN_IN_URL) throw new Error('CLERK_SIGN_IN_URL is missing: where your Clerk instance signs people in.');

const clerkClient = createClerkClient({
  publishableKey: process.env.CLERK_PUBLISHABLE_KEY,
  secretKey: process.env.CLERK_SECRET_KEY,
  apiUrl: process.env.CLERK_API_URL,
});

const app = express();
app.disable('x-powered-by');

// Before Clerk's middleware, for it reads cookies: the API knows nobody by a cookie, so no other site can call it in a
// visitor's name.
app.use('/api', api({ clerkClient, audience: API_AUDIENCE }));

app.use(clerkMiddleware({ clerkClient, authorizedParties: [appUrl] }));
app.get('/auth/mcp', connectPage({ appUrl, callbackUrl: `${new URL(MCP_SERVER_URL).origin}/callback`, signInUrl: CLERK_SIGN_IN_URL }));
app.get('/', (request, response) => {
  const { userId } = getAuth(request);
  response.type('text').send(userId ? `Signed in as ${userId}.\n` : 'Signed out.\n');
});

app.listen(Number(PORT), () => console.log(`The shop listens at ${appUrl}`));

// `/auth/mcp`: an assistant's sign-in passes through here, and takes the user's Clerk session token along.
//
//   MCP server ──307──> /auth/mcp?state&callback_url&client_name ──form post: clerk_token, state──> MCP server/callback
//
// What protects the token:
//  - It is posted to the address in our own settings. `callback_url` is compared with it, and never used.
//  - It travels in a form's body: addresses stay behind in histories, logs and Referer headers.
//  - The page is no component of the app: it holds a token, so nothing but its own line of script runs on it, and no
//    other site can frame it.
// A stranger's link to this page gains nothing: the MCP server takes a `state` only from the browser it gave it to.
import { randomBytes } from 'node:crypto';
import { getAuth } from '@clerk/react-router/server';
import { createCookie } from 'react-router';
import { settings } from '../settings.server';
import type { Route } from './+types/auth.mcp';

// Names the sign-in that Clerk was asked for a new token for.
const marker = createCookie('mcp_sign_in', { path: '/auth/mcp', httpOnly: true, sameSite: 'lax', secure: settings.appUrl.startsWith('https:') });

export async function loader(args: Route.LoaderArgs) {
  const url = new URL(args.request.url);
  const state = only(url, 'state');
  if (only(url, 'callback_url') !== settings.callbackUrl || !state) {
    return new Response('This link does not lead back to the assistant server that this shop works with.\n', { status: 400, headers: privately });
  }

  const auth = await getAuth(args);
  const here = settings.appUrl + url.pathname + url.search;
  if (!auth.isAuthenticated) {
    const signIn = new URL(settings.signInUrl);
    signIn.searchParams.set('redirect_url', here);
    return redirect(signIn.href);
  }
  // The MCP server takes no token that is older than the sign-in it is for. So, once for each sign-in, the session's
  // cookies are dropped: Clerk's middleware fetches new ones, and the browser comes back.
  if ((await marker.parse(args.request.headers.get('Cookie'))) !== state) {
    return redirect(here, [await marker.serialize(state, { maxAge: 60 }), ...sessionCookies(args.request).map((name) => `${name}=; Max-Age=0; Path=/`)]);
  }

  const nonce = randomBytes(16).toString('base64');
  const token = (await auth.getToken()) ?? '';
  return new Response(page({ state, token, clientName: only(url, 'client_name') || 'your assistants', nonce }), {
    headers: {
      ...privately,
      'Set-Cookie': await marker.serialize('', { maxAge: 0 }),
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
    },
  });
}

const privately = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'strict-origin' };

function redirect(location: string, cookies: string[] = []) {
  const response = new Response(null, { status: 302, headers: { ...privately, Location: location } });
  for (const cookie of cookies) response.headers.append('Set-Cookie', cookie);
  return response;
}

// The value of a parameter that is there once.
function only(url: URL, name: string) {
  const values = url.searchParams.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function sessionCookies(request: Request) {
  const names = (request.headers.get('Cookie') ?? '').split(';').map((pair) => pair.split('=')[0].trim());
  return names.filter((name) => /^__session(_|$)/.test(name));
}

// No form-action in the policy above: browsers hold it against the redirects that follow, to the assistant, as well.
function page({ state, token, clientName, nonce }: { state: string; token: string; clientName: string; nonce: string }) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Connecting</title>
<form method="post" action="${escape(settings.callbackUrl)}">
  <p>Connecting ${escape(clientName.slice(0, 100))}…</p>
  <input type="hidden" name="clerk_token" value="${escape(token)}">
  <input type="hidden" name="state" value="${escape(state)}">
  <button>Continue</button>
</form>
<script nonce="${nonce}">document.forms[0].submit()</script>
`;
}

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

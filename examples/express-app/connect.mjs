// `/auth/mcp`: an assistant's sign-in passes through here, and takes the user's Clerk session token along.
//
//   MCP server ──307──> /auth/mcp?state&callback_url&client_name ──form post: clerk_token, state──> MCP server/callback
//
// What protects the token:
//  - It is posted to the address in our own settings. `callback_url` is compared with it, and never used.
//  - It travels in a form's body: addresses stay behind in histories, logs and Referer headers.
//  - Nothing but our own line of script runs on the page that holds it, and no other site can frame that page.
// A stranger's link to this page gains nothing: the MCP server takes a `state` only from the browser it gave it to.
import { randomBytes } from 'node:crypto';
import { getAuth } from '@clerk/express';

// Names the sign-in that Clerk was asked for a new token for.
const marker = 'mcp_sign_in';

export function connectPage({ appUrl, callbackUrl, signInUrl }) {
  return async (request, response) => {
    response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'strict-origin' });
    const { state, callback_url: askedFor, client_name: clientName } = request.query;
    if (askedFor !== callbackUrl || typeof state !== 'string' || state === '') {
      return response.status(400).type('text').send('This link does not lead back to the assistant server that this shop works with.\n');
    }

    const auth = getAuth(request);
    if (!auth.isAuthenticated) {
      const signIn = new URL(signInUrl);
      signIn.searchParams.set('redirect_url', appUrl + request.originalUrl);
      return response.redirect(signIn.href);
    }
    // The MCP server takes no token that is older than the sign-in it is for. So, once for each sign-in, the session's
    // cookies are dropped: Clerk's middleware fetches new ones, and the browser comes back.
    const cookies = cookiesOf(request);
    const options = { path: request.path, httpOnly: true, sameSite: 'lax', secure: appUrl.startsWith('https:') };
    if (cookies.get(marker) !== encodeURIComponent(state)) {
      response.cookie(marker, state, { ...options, maxAge: 60_000 });
      for (const name of cookies.keys()) if (/^__session(_|$)/.test(name)) response.clearCookie(name);
      return response.redirect(request.originalUrl);
    }
    response.clearCookie(marker, options);

    const nonce = randomBytes(16).toString('base64');
    response.set('Content-Security-Policy', `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`);
    response.send(page({ callbackUrl, state, token: await auth.getToken(), clientName, nonce }));
  };
}

// As they came: encoded.
function cookiesOf(request) {
  return new Map((request.headers.cookie ?? '').split(/; */).map((pair) => pair.split(/=(.*)/s)));
}

// No form-action in the policy above: browsers hold it against the redirects that follow, to the assistant, as well.
function page({ callbackUrl, state, token, clientName, nonce }) {
  const who = typeof clientName === 'string' && clientName ? clientName.slice(0, 100) : 'your assistants';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Connecting</title>
<form method="post" action="${escape(callbackUrl)}">
  <p>Connecting ${escape(who)}…</p>
  <input type="hidden" name="clerk_token" value="${escape(token)}">
  <input type="hidden" name="state" value="${escape(state)}">
  <button>Continue</button>
</form>
<script nonce="${nonce}">document.forms[0].submit()</script>
`;
}

const escape = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

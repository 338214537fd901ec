// Who calls the API: the user, and the organization that is active in their session, of a token of the JWT template whose `aud` is this API. Never a cookie, so no other site
// can call it in a visitor's name.
//
//   const userId = await requireUser(request);     // or throws the answer: 401, or 503 if Clerk's keys cannot be had
//   const { userId, organizationId } = await requireCaller(request);
import { verifyToken } from '@clerk/react-router/server';
import { settings } from './settings.server';

export const requireUser = async (request: Request) => (await requireCaller(request)).userId;

export async function requireCaller(request: Request) {
  const [, token] = /^Bearer ([\w.-]+)$/i.exec(request.headers.get('Authorization') ?? '') ?? [];
  const caller = token && (await callerOf(token));
  if (caller) return caller;
  throw refuse(401, 'unauthorized', 'A valid token of the signed-in user is needed.', { 'WWW-Authenticate': 'Bearer' });
}

// Clerk signs many kinds of token with one key, and compares an audience only if there is one: ours has to be there.
async function callerOf(token: string) {
  try {
    const claims = await verifyToken(token, {
      secretKey: process.env.CLERK_SECRET_KEY,
      apiUrl: process.env.CLERK_API_URL,
      jwtKey: process.env.CLERK_JWT_KEY,
      audience: settings.audience,
    });
    return claims.aud !== undefined && claims.sub.startsWith('user_') ? { userId: claims.sub, organizationId: (claims.org_id as string | null) ?? undefined } : undefined;
  } catch (error) {
    if (keysAreMissing.includes((error as { reason?: string }).reason ?? '')) throw refuse(503, 'unavailable', 'Sign-ins cannot be checked now.');
    return undefined;
  }
}

const keysAreMissing = ['jwk-remote-failed-to-load', 'jwk-failed-to-resolve', 'secret-key-invalid'];

export const answer = (body: unknown) => Response.json(body, { headers: { 'Cache-Control': 'no-store' } });
export const refuse = (status: number, error: string, message: string, headers: Record<string, string> = {}) =>
  Response.json({ error, message }, { status, headers: { 'Cache-Control': 'no-store', ...headers } });

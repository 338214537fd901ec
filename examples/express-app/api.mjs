// The shop's API, for the MCP server's tools: whoever calls it shows a token of the user's, of the JWT template whose
// `aud` is this API.
import { verifyToken } from '@clerk/express';
import express from 'express';
import { cancelOrder, findOrder, listOrders, statuses } from './orders.mjs';

export function api({ clerkClient, audience }) {
  const router = express.Router();

  router.use(async (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(request.get('Authorization') ?? '') ?? [];
    try {
      Object.assign(request, token && (await callerOf(token, audience)));
    } catch (error) {
      if (keysAreMissing(error)) return refuse(response, 503, 'unavailable', 'Sign-ins cannot be checked now.');
    }
    if (request.userId) return next();
    response.set('WWW-Authenticate', 'Bearer');
    refuse(response, 401, 'unauthorized', 'A valid token of the signed-in user is needed.');
  });

  // The members of the organization that is active in the caller's session; without one, the caller alone.
  router.get('/users', async (request, response) => {
    const { userId, organizationId } = request;
    const { data } = await clerkClient.users.getUserList({ ...(organizationId ? { organizationId: [organizationId] } : { userId: [userId] }), limit: 100 });
    const users = data.map((user) => ({ id: user.id, name: user.fullName ?? '', email: user.primaryEmailAddress?.emailAddress ?? '' }));
    response.json({ users });
  });

  router.get('/orders', (request, response) => {
    const { q: text = '', status, limit: limitText = '20', cursor } = request.query;
    const limit = Number(limitText);
    if (typeof text !== 'string' || (status !== undefined && !statuses.includes(status)) || !(Number.isInteger(limit) && limit >= 1 && limit <= 100)) {
      return refuse(response, 400, 'invalid', 'q is free text, status a known one, and limit a number from 1 to 100.');
    }
    const page = listOrders(request.userId, { text, status, limit, cursor });
    if (!page) return refuse(response, 400, 'invalid', 'cursor is none that we gave out.');
    response.json(page);
  });

  router.get('/orders/:id', (request, response) => {
    const order = findOrder(request.userId, request.params.id);
    if (!order) return refuse(response, 404, 'not_found', 'There is no such order.');
    response.json(order);
  });

  router.post('/orders/:id/cancel', (request, response) => {
    const order = findOrder(request.userId, request.params.id);
    if (!order) return refuse(response, 404, 'not_found', 'There is no such order.');
    if (!cancelOrder(order)) return refuse(response, 409, 'conflict', `The order is ${order.status} and cannot be cancelled.`);
    response.json(order);
  });

  router.use((request, response) => refuse(response, 404, 'not_found', 'There is no such endpoint.'));
  return router;
}

// Clerk signs many kinds of token with one key, and compares an audience only if there is one: ours has to be there.
async function callerOf(token, audience) {
  const claims = await verifyToken(token, {
    secretKey: process.env.CLERK_SECRET_KEY,
    apiUrl: process.env.CLERK_API_URL,
    jwtKey: process.env.CLERK_JWT_KEY,
    audience,
  });
  return claims.aud !== undefined && claims.sub.startsWith('user_') ? { userId: claims.sub, organizationId: claims.org_id } : {};
}

const keysAreMissing = (error) => ['jwk-remote-failed-to-load', 'jwk-failed-to-resolve', 'secret-key-invalid'].includes(error.reason);

function refuse(response, status, error, message) {
  response.status(status).json({ error, message });
}

// The shop's orders, in memory: an example, so nothing is kept over a restart. Everybody finds a share of their own.
import { createHash } from 'node:crypto';

export const statuses = ['open', 'paid', 'shipped', 'cancelled'];
const products = [['Desk lamp, brass', 8900], ['Fountain pen, fine', 6200], ['Notebook, dotted, A5', 1450], ['Wall clock', 7800]];
const ordersPerUser = 40;
const shares = new Map();

function shareOf(userId) {
  if (!shares.has(userId)) shares.set(userId, Array.from({ length: ordersPerUser }, (_, age) => seedOrder(userId, age)));
  return shares.get(userId);
}

// Always the same for the same user, and no two users' alike.
function seedOrder(userId, age) {
  const dice = createHash('sha256').update(`${userId}/${age}`).digest();
  const [name, price] = products[dice[0] % products.length];
  const quantity = 1 + (dice[1] % 3);
  return {
    id: `ord_${dice.toString('hex', 2, 8)}`,
    status: age < 4 ? statuses[age % 2] : statuses[2 + (dice[8] % 2)],
    placed_on: new Date(Date.UTC(2026, 10, 20 - 4 * age)).toISOString().slice(0, 10),
    total_cents: quantity * price,
    currency: 'EUR',
    items: [{ name, quantity, unit_price_cents: price }],
  };
}

// Newest first, with the cursor of the next page if there is one; undefined for a cursor that we never gave out.
export function listOrders(userId, { text, status, limit, cursor }) {
  const share = shareOf(userId);
  const start = cursor === undefined ? 0 : share.findIndex((order) => order.id === cursor) + 1;
  if (cursor !== undefined && start === 0) return undefined;
  const matches = (order) => (!status || order.status === status) && `${order.id} ${order.items[0].name}`.toLowerCase().includes(text.toLowerCase());
  const found = share.slice(start).filter(matches);
  const orders = found.slice(0, limit);
  return { orders, ...(found.length > limit && { next_cursor: orders.at(-1).id }) };
}

export function findOrder(userId, id) {
  return shareOf(userId).find((order) => order.id === id);
}

// False if it is too late.
export function cancelOrder(order) {
  if (order.status !== 'open' && order.status !== 'paid') return false;
  order.status = 'cancelled';
  return true;
}

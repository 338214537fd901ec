// The shop's orders, in memory: an example, so nothing is kept over a restart. Everybody finds a share of their own.
import { createHash } from 'node:crypto';

const statuses = ['open', 'paid', 'shipped', 'cancelled'] as const;
type Status = (typeof statuses)[number];
export const isStatus = (text: string): text is Status => (statuses as readonly string[]).includes(text);

export type Order = {
  id: string;
  status: Status;
  placed_on: string;
  total_cents: number;
  currency: string;
  items: { name: string; quantity: number; unit_price_cents: number }[];
};

const products = [['Desk lamp, brass', 8900], ['Fountain pen, fine', 6200], ['Notebook, dotted, A5', 1450], ['Wall clock', 7800]] as const;
const ordersPerUser = 40;
const shares = new Map<string, Order[]>();

function shareOf(userId: string) {
  const share = shares.get(userId) ?? Array.from({ length: ordersPerUser }, (_, age) => seedOrder(userId, age));
  shares.set(userId, share);
  return share;
}

// Always the same for the same user, and no two users' alike.
function seedOrder(userId: string, age: number): Order {
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
export function listOrders(userId: string, { text, status, limit, cursor }: { text: string; status?: Status; limit: number; cursor?: string }) {
  const share = shareOf(userId);
  const start = cursor === undefined ? 0 : share.findIndex((order) => order.id === cursor) + 1;
  if (cursor !== undefined && start === 0) return undefined;
  const matches = (order: Order) => (!status || order.status === status) && `${order.id} ${order.items[0].name}`.toLowerCase().includes(text.toLowerCase());
  const found = share.slice(start).filter(matches);
  const orders = found.slice(0, limit);
  return { orders, ...(found.length > limit && { next_cursor: orders.at(-1)?.id }) };
}

export function findOrder(userId: string, id: string) {
  return shareOf(userId).find((order) => order.id === id);
}

// False if it is too late.
export function cancelOrder(order: Order) {
  if (order.status !== 'open' && order.status !== 'paid') return false;
  order.status = 'cancelled';
  return true;
}

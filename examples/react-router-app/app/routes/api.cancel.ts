import { answer, refuse, requireUser } from '../bearer.server';
import { cancelOrder, findOrder } from '../orders.server';
import type { Route } from './+types/api.cancel';

export async function action({ request, params }: Route.ActionArgs) {
  const order = findOrder(await requireUser(request), params.id);
  if (!order) return refuse(404, 'not_found', 'There is no such order.');
  if (!cancelOrder(order)) return refuse(409, 'conflict', `The order is ${order.status} and cannot be cancelled.`);
  return answer(order);
}

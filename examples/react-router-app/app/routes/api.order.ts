import { answer, refuse, requireUser } from '../bearer.server';
import { findOrder } from '../orders.server';
import type { Route } from './+types/api.order';

export async function loader({ request, params }: Route.LoaderArgs) {
  const order = findOrder(await requireUser(request), params.id);
  return order ? answer(order) : refuse(404, 'not_found', 'There is no such order.');
}

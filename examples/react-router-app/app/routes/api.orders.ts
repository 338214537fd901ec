import { answer, refuse, requireUser } from '../bearer.server';
import { isStatus, listOrders } from '../orders.server';
import type { Route } from './+types/api.orders';

export async function loader({ request }: Route.LoaderArgs) {
  const userId = await requireUser(request);
  const query = new URL(request.url).searchParams;
  const status = query.get('status') ?? undefined;
  const limit = Number(query.get('limit') ?? 20);
  if ((status !== undefined && !isStatus(status)) || !(Number.isInteger(limit) && limit >= 1 && limit <= 100)) {
    return refuse(400, 'invalid', 'status must be a known one, and limit a number from 1 to 100.');
  }
  const page = listOrders(userId, { text: query.get('q') ?? '', status, limit, cursor: query.get('cursor') ?? undefined });
  return page ? answer(page) : refuse(400, 'invalid', 'cursor is none that we gave out.');
}

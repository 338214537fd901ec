import { clerkClient } from '@clerk/react-router/server';
import { answer, requireCaller } from '../bearer.server';
import type { Route } from './+types/api.users';

// The members of the organization that is active in the caller's session; without one, the caller alone.
export async function loader(args: Route.LoaderArgs) {
  const { userId, organizationId } = await requireCaller(args.request);
  const { data } = await clerkClient(args).users.getUserList({ ...(organizationId ? { organizationId: [organizationId] } : { userId: [userId] }), limit: 100 });
  const users = data.map((user) => ({ id: user.id, name: user.fullName ?? '', email: user.primaryEmailAddress?.emailAddress ?? '' }));
  return answer({ users });
}

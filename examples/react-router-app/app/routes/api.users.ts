import { clerkClient } from '@clerk/react-router/server';
import { answer, requireUser } from '../bearer.server';
import type { Route } from './+types/api.users';

export async function loader(args: Route.LoaderArgs) {
  await requireUser(args.request);
  const { data } = await clerkClient(args).users.getUserList({ limit: 100 });
  const users = data.map((user) => ({ id: user.id, name: user.fullName ?? '', email: user.primaryEmailAddress?.emailAddress ?? '' }));
  return answer({ users });
}

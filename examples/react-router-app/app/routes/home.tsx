import { getAuth } from '@clerk/react-router/server';
import type { Route } from './+types/home';

export const meta = () => [{ title: 'The shop' }];

export async function loader(args: Route.LoaderArgs) {
  const { userId } = await getAuth(args);
  return { userId };
}

export default function Home({ loaderData }: Route.ComponentProps) {
  return <p>{loaderData.userId ? `Signed in as ${loaderData.userId}.` : 'Signed out.'}</p>;
}

import { index, type RouteConfig, route } from '@react-router/dev/routes';

export default [
  index('routes/home.tsx'),
  route('auth/mcp', 'routes/auth.mcp.ts'),
  route('api/users', 'routes/api.users.ts'),
  route('api/orders', 'routes/api.orders.ts'),
  route('api/orders/:id', 'routes/api.order.ts'),
  route('api/orders/:id/cancel', 'routes/api.cancel.ts'),
] satisfies RouteConfig;

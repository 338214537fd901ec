import type { Config } from '@react-router/dev/config';

// Clerk's middleware needs React Router's own (the default from version 8 on).
export default { future: { v8_middleware: true } } satisfies Config;

// A worker as a program of its own: serve_worker.mjs <port> <persist folder> [modules...], its settings as JSON in
// WORKER_VARIABLES, its wrangler.jsonc in WORKER_CONFIG. Without modules it is the server, as the folder WORKER_BUNDLE has
// it. Stops on SIGTERM.
import { bundle, startWorkerd } from './workerd.mjs';

const [port, persist, ...modules] = process.argv.slice(2);
const { WORKER_VARIABLES: variables = '{}', WORKER_CONFIG: config, WORKER_BUNDLE: folder } = process.env;
const worker = await startWorkerd({ modules: modules.length ? modules : bundle(folder), persist, port: Number(port), variables: JSON.parse(variables), config });
process.removeAllListeners('SIGTERM'); // miniflare's, which would not wait for workerd
process.on('SIGTERM', async () => {
  await worker.stop();
  process.exit(0);
});

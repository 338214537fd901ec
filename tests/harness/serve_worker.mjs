// A worker as a program of its own: serve_worker.mjs <port> <persist folder> [modules...], its settings as JSON in
// WORKER_VARIABLES, its wrangler.jsonc in WORKER_CONFIG. Without modules it is the server, as the folder WORKER_BUNDLE has
// it. With WORKER_INSTANCES more than 1 there are so many isolates behind the port, which get requests in turn; the field
// X-Instance names one. Stops on SIGTERM.
import { createServer, request as forward } from 'node:http';
import { freePort } from './stack.mjs';
import { bundle, startWorkerd } from './workerd.mjs';

const [port, persist, ...modules] = process.argv.slice(2);
const { WORKER_VARIABLES: variables = '{}', WORKER_CONFIG: config, WORKER_BUNDLE: folder, WORKER_INSTANCES: instances = '1' } = process.env;
const isAlone = instances === '1';
const ports = isAlone ? [Number(port)] : await Promise.all(Array.from({ length: Number(instances) }, freePort));
const worker = await startWorkerd({ modules: modules.length ? modules : bundle(folder), persist, ports, variables: JSON.parse(variables), config });

let turn = 0;
const dispatcher = createServer((request, response) => {
  const chosen = ports[request.headers['x-instance'] ?? turn++ % ports.length];
  const { method, url, headers } = request;
  const forwarded = forward({ host: '127.0.0.1', port: chosen, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    response.flushHeaders();
    answer.pipe(response);
  });
  forwarded.on('error', () => response.destroy());
  response.on('close', () => forwarded.destroy());
  request.pipe(forwarded);
});
if (!isAlone) dispatcher.listen(Number(port), '127.0.0.1');

process.removeAllListeners('SIGTERM'); // miniflare's, which would not wait for workerd
process.on('SIGTERM', async () => {
  await worker.stop();
  process.exit(0);
});

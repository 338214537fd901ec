// Runs a worker in workerd, offline, with the bindings of app/wrangler.jsonc.
//
//   const worker = await startWorkerd({ modules: ['tests/workers/store_worker.mjs', ...], persist: folder });
//   await fetch(worker.url);
//   await worker.stop();
//
// `modules` are files of the repository, the first of them the worker. Bindings, compatibility date and flags are read from
// the file that a deployment reads. What is stored survives in the folder `persist`. With more than one port there is an
// isolate of its own at each, which shares nothing with the others but the bindings, as on Cloudflare.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as wranglerOptions } from 'wrangler';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const moduleType = (file) => (file.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule');

// The server as a deployment has it: what wrangler made of framework/hosts/workers (`./dev build workers`).
export function bundle(folder = 'build/workers') {
  const wasm = readdirSync(path.join(root, folder)).filter((file) => file.endsWith('.wasm'));
  return ['worker.js', ...wasm].map((file) => path.join(folder, file));
}

export async function startWorkerd({ modules, persist, port, ports = [port], variables = {}, config = 'app/wrangler.jsonc' }) {
  const { modulesRules, ...options } = wranglerOptions(path.join(root, config)).workerOptions;
  const objectsOf = (scriptName) => Object.fromEntries(Object.entries(options.durableObjects).map(([name, binding]) => [name, { ...binding, scriptName }]));
  const miniflare = new Miniflare(convertV4MiniflareOptions({
    workers: ports.map((port, index) => ({
      ...options,
      name: `worker-${index}`,
      durableObjects: objectsOf(index === 0 ? undefined : 'worker-0'),
      bindings: { ...options.bindings, ...variables },
      rootPath: root,
      modules: modules.map((file) => ({ type: moduleType(file), path: path.join(root, file) })),
      modulesRoot: root,
      unsafeDirectSockets: [{ host: '127.0.0.1', port }], // to the worker itself, without miniflare's own before it
    })),
    resourcePersistencePath: persist,
    cf: false, log: new Log(LogLevel.WARN),
  }));
  await miniflare.ready;
  return { url: String(await miniflare.unsafeGetDirectURL()).replace(/\/$/, ''), miniflare, stop: () => miniflare.dispose() };
}

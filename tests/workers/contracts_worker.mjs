// A worker around the module of the contract suites, as shim/worker.mjs is one around the server.
//
// A suite waits where it stands: the module is entered as a promise, and suspended by what it imports from here.
import module from '../../build/wasm/contracts.wasm';
import { Instance } from '../../framework/hosts/workers/shim/instance.mjs';

export { BusObject } from '../../framework/hosts/workers/shim/bus.mjs';
export { StoreObject } from '../../framework/hosts/workers/shim/store.mjs';

let bindings; // the request's
let fixture = '';
let failed, settled;
const puts = [];

async function renew() {
  fixture = crypto.randomUUID();
  const { keys } = await bindings.OAUTH_KV.list();
  await Promise.all(keys.map(({ name }) => bindings.OAUTH_KV.delete(name)));
}

function link(module, imports) {
  const wait = () => (settled = Promise.withResolvers()).promise;
  const written = () => Promise.allSettled(puts.splice(0));
  const contracts = Object.fromEntries(Object.entries({ wait, written, renew }).map(([name, async]) => [name, new WebAssembly.Suspending(async)]));
  const { exports } = new WebAssembly.Instance(module, { ...imports, contracts });
  const begin = WebAssembly.promising(exports.begin);
  return {
    ...exports,
    begin: (...request) => void begin(...request).catch((error) => failed.resolve(new Response(`${error.stack}`, { status: 500 }))),
    settle: (...outcome) => { exports.settle(...outcome); settled?.resolve(); },
  };
}

export default {
  async fetch(request, env, context) {
    bindings = env;
    failed = Promise.withResolvers();
    const STORE = { getByName: (name) => env.STORE.getByName(`${fixture} ${name}`) };
    const OAUTH_KV = {
      get: (key) => env.OAUTH_KV.get(key),
      put: (...record) => puts[puts.push(env.OAUTH_KV.put(...record)) - 1],
    };
    const instance = Instance.start(module, { PEER_URL: env.PEER_URL }, link);
    return Promise.race([instance.serve(request, new Uint8Array(), { ...env, STORE, OAUTH_KV }, context), failed.promise]);
  },
};

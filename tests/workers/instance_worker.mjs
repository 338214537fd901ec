// A worker around the module of instance.wat, as shim/worker.mjs is one around the server.
import module from '../../build/instance_test.wasm';
import { Instance } from '../../framework/hosts/workers/shim/instance.mjs';

export { BusObject } from '../../framework/hosts/workers/shim/bus.mjs';
export { StoreObject } from '../../framework/hosts/workers/shim/store.mjs';

Instance.backgroundMs = 5000;
let instance = null;

export default {
  async fetch(request, env, context) {
    if (!instance || instance.lost) instance = Instance.start(module, {});
    return instance.serve(request, new Uint8Array(), env, context);
  },
};

// A worker around the judge's module, as shim/worker.mjs is one around the server.
import module from '../../build/wasm/jwt_judge.wasm';
import { Instance } from '../../framework/hosts/workers/shim/instance.mjs';

export { BusObject } from '../../framework/hosts/workers/shim/bus.mjs';
export { StoreObject } from '../../framework/hosts/workers/shim/store.mjs';

let instance;

export default {
  async fetch(request, env, context) {
    instance ??= Instance.start(module, {});
    return instance.serve(request, new Uint8Array(await request.arrayBuffer()), env, context);
  },
};

// The worker: gives each request to the module's instance, and makes a new instance when one is lost.
import module from '../../../../build/wasm/postern.wasm';
import { readBounded } from './fetch.mjs';
import { Instance } from './instance.mjs';

export { BusObject } from './bus.mjs';
export { StoreObject } from './store.mjs';

const BODY_BYTES_MAX = 1024 * 1024; // limits::body_bytes_max

/** @type {Instance|null} */
let instance = null;

export default {
  /** @param {Request} request @param {Record<string, any>} env @param {ExecutionContext} context */
  async fetch(request, env, context) {
    const body = await readBody(request);
    if (!body) return Response.json({ error: 'too_large', message: `The body may have ${BODY_BYTES_MAX} bytes.` }, { status: 413 });
    if (!instance || instance.lost) instance = Instance.start(module, settingsOf(env));
    if (!instance) {
      return Response.json({ error: 'misconfigured', message: "The server's settings are wrong. Its log says which, and what to write." }, { status: 503 });
    }
    return instance.serve(request, body, env, context);
  },
};

/**
 * Null if it is too large. One of a known size, which HTTP holds it to, is taken whole, without a stream in between.
 * @param {Request} request
 * @returns {Promise<Uint8Array|null>}
 */
async function readBody(request) {
  const size = request.headers.get('content-length');
  if (size === null) return readBounded(request.body, BODY_BYTES_MAX);
  return Number(size) <= BODY_BYTES_MAX ? new Uint8Array(await request.arrayBuffer()) : null;
}

// Variables and secrets are texts; the other members of `env` are bindings.
const settingsOf = (env) => Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string'));

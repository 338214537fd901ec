// A worker around verifications_service.cpp that says how long a request took, in microseconds for each verification. Time
// stands still in a worker between its I/O, so there is a wait before and after. `rs256` is the baseline: the same signature
// verified by node:crypto, in JavaScript alone.
import { createPublicKey, verify } from 'node:crypto';
import module from '../build/wasm/verifications.wasm';
import { Instance } from '../framework/hosts/workers/shim/instance.mjs';

export { BusObject } from '../framework/hosts/workers/shim/bus.mjs';
export { StoreObject } from '../framework/hosts/workers/shim/store.mjs';

const wait = () => new Promise((resolve) => setTimeout(resolve, 1));
let instance;

function verifyAlone(times, jwks, token) {
  const key = createPublicKey({ key: JSON.parse(jwks).keys[0], format: 'jwk' });
  const at = token.lastIndexOf('.');
  const text = Buffer.from(token.slice(0, at));
  const signature = Buffer.from(token.slice(at + 1), 'base64url');
  for (let i = 0; i < times; ++i) if (!verify('RSA-SHA256', text, key, signature)) throw new Error('not good');
}

export default {
  async fetch(request, env, context) {
    const body = await request.text();
    const [[kind, times], jwks, token] = [body.slice(0, body.indexOf('\n')).split(' '), ...body.split('\n').slice(1, 3)];
    instance ??= Instance.start(module, {});
    await wait();
    const began = Date.now();
    if (kind === 'rs256') verifyAlone(Number(times), jwks, token);
    else {
      const answer = await instance.serve(new Request(request.url, { method: 'POST' }), new TextEncoder().encode(body), env, context);
      if (answer.status !== 200) return answer;
    }
    await wait();
    return new Response(String((1000 * (Date.now() - began - 1)) / Number(times)));
  },
};

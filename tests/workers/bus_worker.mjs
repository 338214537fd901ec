// A worker that is nothing but the bus, with what breaks on Cloudflare now and then: an object that cannot be reached at first,
// and a connection of somebody else's that is about to close.
import { Bus, BusObject as Real } from '../../framework/hosts/workers/shim/bus.mjs';

export { StoreObject } from '../../framework/hosts/workers/shim/store.mjs';

export class BusObject extends Real {
  constructor(ctx, env) {
    super(ctx, env);
    const broken = { send() { throw new TypeError('the connection is closing'); } };
    this.ctx = { acceptWebSocket: (socket) => ctx.acceptWebSocket(socket), getWebSockets: () => [broken, ...ctx.getWebSockets()] };
  }
}

// GET /?failures=2 listens, where the first two attempts fail, and is answered with what was published then.
export default {
  async fetch(request, env) {
    let failures = Number(new URL(request.url).searchParams.get('failures'));
    const namespace = {
      getByName: (name) => (failures-- > 0 ? { fetch: () => Promise.reject(new Error('the object cannot be reached')) } : env.BUS.getByName(name)),
    };
    const [bus, another, ending, heard] = [new Bus(), new Bus(), new AbortController(), Promise.withResolvers()];
    await bus.listen(namespace, 'key', (topic, text) => heard.resolve(`${topic} ${new TextDecoder().decode(text)}`), ending.signal);
    let answer;
    while (!answer) {
      await another.publish(env.BUS, 'key', 'topic', new TextEncoder().encode('text'));
      answer = await Promise.race([heard.promise, scheduler.wait(100)]);
    }
    ending.abort();
    return new Response(answer);
  },
};

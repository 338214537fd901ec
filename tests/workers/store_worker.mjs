// A worker that is nothing but the store, for tests: POST an operation, get its answer. Bytes travel as base64.
import { Cache } from '../../framework/hosts/workers/shim/cache.mjs';
import { StoreObject as Real, perform } from '../../framework/hosts/workers/shim/store.mjs';

export { BusObject } from '../../framework/hosts/workers/shim/bus.mjs';

export class StoreObject extends Real {
  static grace = 300; // milliseconds, where the real one waits an hour

  instance = crypto.randomUUID();

  storage() {
    const { sql } = this.ctx.storage;
    const tables = sql.exec("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'").toArray();
    return { instance: this.instance, tables: tables.map((table) => table.name), rows: tables.length ? sql.exec('SELECT count(*) AS n FROM records').one().n : 0 };
  }
}

const encoded = (entry) => entry && { ...entry, value: entry.value.toBase64() };

export default {
  async fetch(request, env, context) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/ready') return new Response('ready');
    if (pathname === '/storage') return Response.json(await env.STORE.getByName(searchParams.get('partition')).storage());
    if (pathname === '/cache') {
      const cache = new Cache(searchParams.has('broken') ? broken : env.OAUTH_KV, context);
      const { key, text, ttl } = await request.json();
      if (text !== undefined) cache.put(key, text, ttl);
      return Response.json(text === undefined ? await cache.get(key) : null);
    }
    try {
      const operation = await request.json();
      if (operation.value !== undefined) operation.value = Uint8Array.fromBase64(operation.value);
      const answer = await perform(env.STORE, operation);
      if ('entry' in answer) return Response.json({ entry: encoded(answer.entry) });
      if ('entries' in answer) return Response.json({ entries: answer.entries.map(encoded) });
      return Response.json(answer);
    } catch (error) {
      return new Response(`${error}`, { status: 500 });
    }
  },
};

const broken = {
  get() { throw new Error('KV is down'); },
  put() { throw new Error('KV is down'); },
};

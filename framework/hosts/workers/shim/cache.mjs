// What may be stale, in Workers KV: other people's public documents (Clerk's key set, client metadata), so that an isolate
// that starts does not have to fetch them again.
//
//   const cache = new Cache(env.OAUTH_KV, context);
//   const text = await cache.get(`jwks/${url}`) ?? await fetchIt();
//   cache.put(`jwks/${url}`, text, 600);
//
// A miss is always a right answer, so whatever goes wrong here is a miss. KV shows a write elsewhere only after up to a
// minute, and has no compare-and-set: never ask it whether something was used, revoked or changed (that is the Store's).

const TTL_SECONDS_MIN = 60; // KV's own floor
const KEY_BYTES_MAX = 512;  // and its ceiling

export class Cache {
  #kv;
  #context;

  /**
   * @param {KVNamespace|undefined} kv  undefined: everything is a miss
   * @param {{ waitUntil(work: Promise<unknown>): void }} context  of the request, which a write may outlive
   */
  constructor(kv, context) {
    this.#kv = kv;
    this.#context = context;
  }

  /** @param {string} key @returns {Promise<string|null>} */
  async get(key) {
    if (!this.#kv || !fits(key)) return null;
    try {
      return await this.#kv.get(key);
    } catch {
      return null;
    }
  }

  /** Does not wait, and may not happen. @param {string} key @param {string} text @param {number} ttlSeconds */
  put(key, text, ttlSeconds) {
    if (!this.#kv || !fits(key)) return;
    const expirationTtl = Math.max(Math.ceil(ttlSeconds), TTL_SECONDS_MIN);
    this.#context.waitUntil(Promise.try(() => this.#kv.put(key, text, { expirationTtl })).catch(() => {}));
  }
}

const fits = (key) => new TextEncoder().encode(key).length <= KEY_BYTES_MAX;

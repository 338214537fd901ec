// One instance of the WebAssembly module, and the requests it serves at the moment (../abi.md).
//
//   const instance = Instance.start(module, { SERVER_URL: '...' });
//   const response = await instance.serve(request, body, env, context);
//   if (instance.lost) instance = Instance.start(...);       // it trapped: a new one for the next request
//
// All requests of an isolate share the instance, but workerd allows I/O only in the name of the request whose event is
// being handled. So the module is entered for a request only from that request's own context: its fetch event, the end
// of its operations, its stream's pull, and its turns (takeTurns), which another request may ask for.
import { Bus } from './bus.mjs';
import { aesGcmOpen, aesGcmSeal, hmacSha256, importKey, sha256, verifySignature } from './crypto.mjs';
import { operations } from './operations.mjs';
import { RecordReader, RecordWriter } from './record.mjs';

const decoder = new TextDecoder();
const NULL_BODY_STATUSES = new Set([101, 204, 205, 304]);
const LOG = [console.debug, console.info, console.warn, console.error];
const RANDOM_BYTES_MAX = 65_536; // what getRandomValues gives at a time
const STAY_ALIVE_EVERY_MS = 10_000;

/** A request under way. */
class Served {
  /** @param {number} number @param {Record<string, any>} env @param {ExecutionContext} context */
  constructor(number, env, context) {
    Object.assign(this, { number, env, context });
    /** @type {Response|null} */
    this.response = null;
    /** Who waits for the response. @type {PromiseWithResolvers<Response>|null} */
    this.answered = null;
    /** @type {PromiseWithResolvers<void>|null} */
    this.turn = null;
    /** @type {Map<number, AbortController>} */
    this.operations = new Map();
    /** Operations that were dropped in another request's turn. @type {AbortController[]} */
    this.dropped = [];
    /** @type {{ controller: ReadableStreamDefaultController, pulled?: PromiseWithResolvers<void> }|null} */
    this.stream = null;
    /** Runs while it waits for nothing but another request. @type {any} */
    this.pastime = null;
    this.ended = false;
    /** The client has all that it will get. */
    this.alone = false;
    /** Ends what is still done then. @type {any} */
    this.deadline = null;
    /** Made for who wants to be told of the end. @type {AbortController|null} */
    this.ending = null;
  }

  end() {
    this.ended = true;
    this.ending?.abort();
    this.stayAlive();
    if (this.deadline !== null) clearTimeout(this.deadline);
    this.turn?.resolve();
  }

  /** @param {Response} response */
  answer(response) {
    this.response ??= response;
    this.answered?.resolve(response);
  }

  // Most calls are answered before they first wait for something: those get by without a promise.
  whenAnswered() { return this.response ?? (this.answered = Promise.withResolvers()).promise; }

  // workerd takes a request that has no I/O of its own under way for one that will never answer, and ends it at once. One
  // that waits for another request has none, so it gets a timer. Called in its own context.
  stayAlive() {
    const needsPastime = !this.ended && this.operations.size === 0;
    if (needsPastime) {
      this.pastime ??= setInterval(() => {}, STAY_ALIVE_EVERY_MS);
    } else if (this.pastime !== null) {
      clearInterval(this.pastime);
      this.pastime = null;
    }
  }

  /** Answers in the module's place, or ends the answer that has begun. Gives the id it told. @param {number} status @param {string} error */
  fail(status, error) {
    const id = crypto.randomUUID();
    this.end();
    this.stream?.controller.close();
    this.stream?.pulled?.resolve();
    this.answer(Response.json({ error, message: `The server's log has more, under request ${id}.` },
      { status, headers: { 'x-request-id': id, 'cache-control': 'no-store', ...(status === 503 && { 'retry-after': '1' }) } }));
    return id;
  }
}

/** @param {WebAssembly.Module} module @param {WebAssembly.Imports} imports @returns {any} the exports of abi.md */
const link = (module, imports) => new WebAssembly.Instance(module, imports).exports;

// What follows the authority: "/mcp?x=1".
const targetOf = (url) => url.slice(url.indexOf('/', url.indexOf('//') + 2));

export class Instance {
  // What is done without a client is ended while it can still be told so: Cloudflare gives it 30 s, and then forgets it
  // without a word, which would leave it in the module's memory.
  static backgroundMs = 28_000;

  /** Why the instance is no more, once that is so. @type {unknown} */
  #lost = null;
  /** @type {Map<number, Served>} */
  #requests = new Map();
  #lastNumber = 0;
  /** The one whose turn it is. @type {Served|null} */
  #current = null;
  /** @type {Map<number, object>} */
  #keys = new Map();
  #lastKey = 0;
  #record = new RecordWriter();
  #bus = new Bus();
  #exports;

  /** @param {WebAssembly.Module} module @param {typeof link} linkTo */
  constructor(module, linkTo) {
    this.#exports = linkTo(module, { host: this.#imports() });
    this.#exports._initialize();
  }

  // A step that has not ended when the next one begins was cut off by the runtime, as when its CPU time is used up.
  get lost() { return this.#lost ?? (this.#current ? 'a step was cut off' : null); }

  /**
   * Null if the settings are wrong: each problem has been logged.
   * @param {WebAssembly.Module} module
   * @param {Record<string, string>} settings
   * @param {typeof link} linkTo  for a module that imports more
   */
  static start(module, settings, linkTo = link) {
    const instance = new Instance(module, linkTo);
    const record = new RecordWriter().pairs(Object.entries(settings)).bytes();
    return instance.#exports.configure(instance.#write(record), record.length) ? instance : null;
  }

  /**
   * @param {Request} request
   * @param {Uint8Array} body  of the request
   * @param {Record<string, any>} env
   * @param {ExecutionContext} context
   * @returns {Response|Promise<Response>}
   */
  serve(request, body, env, context) {
    const { method, url, headers } = request;
    const served = new Served(++this.#lastNumber, env, context);
    this.#requests.set(served.number, served);
    const record = this.#record.clear().headers(headers, `${method}\n${targetOf(url)}\n`).text(body).bytes();
    this.#enter(served, () => this.#exports.begin(served.number, this.#write(record), record.length));
    if (!served.ended) {
      context.waitUntil(this.#takeTurns(served));
      request.signal.addEventListener('abort', () => this.#abort(served), { once: true });
    }
    return served.whenAnswered();
  }

  // Runs in the request's own context until it has ended, and enters the module there whenever a turn was asked for.
  async #takeTurns(served) {
    for (;;) {
      served.turn = Promise.withResolvers();
      await served.turn.promise;
      if (served.ended) return;
      if (this.lost) return served.fail(503, 'unavailable');
      for (const dropped of served.dropped.splice(0)) dropped.abort();
      this.#enter(served, () => this.#exports.wake(served.number));
    }
  }

  #abort(served) {
    if (served.ended || this.lost) return;
    served.alone = true;
    this.#enter(served, () => this.#exports.abort(served.number));
  }

  #cancel(served) {
    this.#enter(served, () => this.#exports.cancel(served.number));
    const id = served.response?.headers.get('x-request-id');
    console.warn(JSON.stringify({ level: 'warning', event: 'request.cut_off', request: id, reason: `It went on for ${Instance.backgroundMs} ms without its client.` }));
  }

  #forget(served) {
    this.#requests.delete(served.number);
    served.end();
  }

  /** @param {Served} served @param {() => void} step */
  #enter(served, step) {
    if (served.ended) return;
    if (this.lost) return served.fail(503, 'unavailable');
    this.#current = served;
    try {
      step();
      served.stayAlive();
      if (served.alone && !served.ended) served.deadline ??= setTimeout(() => this.#cancel(served), Instance.backgroundMs);
    } catch (error) {
      this.#lose(served, error);
    }
    this.#current = null;
  }

  // After a trap nothing in the module's memory can be trusted. Everybody else is told in his own context.
  #lose(culprit, error) {
    this.#lost = error;
    const id = culprit.fail(500, 'internal_error');
    console.error(JSON.stringify({ level: 'error', event: 'server.instance_lost', request: id, reason: String(error?.stack ?? error) }));
    for (const served of this.#requests.values()) served.turn?.resolve();
    this.#requests.clear();
  }

  // --- the module's memory ---------------------------------------------------------------------------------------------

  #read(address, size) { return new Uint8Array(this.#exports.memory.buffer, address, size); }
  #text(address, size) { return decoder.decode(this.#read(address, size)); }
  /** @param {Uint8Array} bytes @returns {number} where they are, until the module is entered again */
  #write(bytes) {
    const address = this.#exports.allocate(bytes.length);
    this.#read(address, bytes.length).set(bytes);
    return address;
  }

  // --- imports ---------------------------------------------------------------------------------------------------------

  #imports() {
    const bytes = (address, size) => this.#read(address, size);
    const put = (address, data) => this.#read(address, data.length).set(data);
    return {
      respond: (number, address, size) => this.#respond(this.#requests.get(number), new RecordReader(bytes(address, size))),
      write: (number, address, size) => this.#answerPull(number, (controller) => controller.enqueue(bytes(address, size).slice())),
      finish: (number) => {
        this.#requests.get(number).alone = true;
        this.#answerPull(number, (controller) => controller.close());
      },
      done: (number) => this.#forget(this.#requests.get(number)),
      want_turn: (number) => this.#requests.get(number)?.turn?.resolve(),
      start: (number, operation, kind, address, size) =>
        this.#start(this.#requests.get(number), operation, operations[kind], new RecordReader(bytes(address, size))),
      drop: (number, operation) => this.#drop(this.#requests.get(number), operation),

      now: () => Date.now(),
      random: (address, size) => {
        for (let done = 0; done < size; done += RANDOM_BYTES_MAX) {
          crypto.getRandomValues(bytes(address + done, Math.min(size - done, RANDOM_BYTES_MAX)));
        }
      },
      sha256: (address, size, out) => put(out, sha256(bytes(address, size))),
      hmac_sha256: (key, keySize, address, size, out) => put(out, hmacSha256(bytes(key, keySize), bytes(address, size))),
      aes_gcm_seal: (key, nonce, plain, size, associated, associatedSize, out) =>
        put(out, aesGcmSeal(bytes(key, 32), bytes(nonce, 12), bytes(plain, size), bytes(associated, associatedSize))),
      aes_gcm_open: (key, nonce, sealed, size, associated, associatedSize, out) => {
        const plain = aesGcmOpen(bytes(key, 32), bytes(nonce, 12), bytes(sealed, size), bytes(associated, associatedSize));
        if (plain) put(out, plain);
        return plain ? 1 : 0;
      },
      import_key: (address, size) => {
        const record = new RecordReader(bytes(address, size));
        const key = importKey(record.text(), record.bytes(), record.bytes());
        if (!key) return 0;
        this.#keys.set(++this.#lastKey, key);
        return this.#lastKey;
      },
      verify: (key, message, size, signature, signatureSize) =>
        (verifySignature(this.#keys.get(key), bytes(message, size), bytes(signature, signatureSize)) ? 1 : 0),
      free_key: (key) => void this.#keys.delete(key),

      log: (level, address, size) => LOG[level](this.#text(address, size)),
      panic: (address, size) => { throw new Error(this.#text(address, size)); },
    };
  }

  /** @param {Served} served @param {RecordReader} record */
  #respond(served, record) {
    const status = record.number();
    const isStream = record.number() === 1;
    const headers = record.headers();
    served.alone = !isStream;
    const body = isStream ? this.#stream(served) : record.bytes().slice();
    served.answer(new Response(NULL_BODY_STATUSES.has(status) ? null : body, { status, headers }));
  }

  // Pulled one piece at a time: a reader that is slow keeps the module waiting, not piling up.
  #stream(served) {
    return new ReadableStream({
      start: (controller) => { served.stream = { controller }; },
      pull: () => {
        served.stream.pulled = Promise.withResolvers();
        this.#enter(served, () => this.#exports.pull(served.number));
        return served.stream.pulled.promise;
      },
      cancel: () => this.#abort(served),
    }, { highWaterMark: 0 });
  }

  #answerPull(number, answer) {
    const { controller, pulled } = this.#requests.get(number).stream;
    answer(controller);
    pulled?.resolve();
  }

  /** @param {Served} served @param {number} number @param {(typeof operations)[0]} operation @param {RecordReader} record */
  #start(served, number, operation, record) {
    const controller = new AbortController();
    served.operations.set(number, controller);
    const settle = (ok, outcome) => {
      if (!served.operations.delete(number)) return;
      this.#enter(served, () => this.#exports.settle(served.number, number, ok, this.#write(outcome), outcome.length));
    };
    const scope = {
      env: served.env, context: served.context, signal: controller.signal, bus: this.#bus,
      get ended() { return (served.ending ??= new AbortController()).signal; },
      hear: (key, topic, text) => {
        const message = new RecordWriter().text(key).text(topic).text(text).bytes();
        this.#enter(served, () => this.#exports.hear(served.number, this.#write(message), message.length));
      },
    };
    operation(record, scope)
      .then((outcome) => settle(1, outcome), () => settle(0, new Uint8Array()));
  }

  /** @param {Served} served @param {number} number */
  #drop(served, number) {
    const controller = served.operations.get(number);
    served.operations.delete(number);
    if (served === this.#current) return controller.abort();
    served.dropped.push(controller);
    served.turn?.resolve();
  }
}

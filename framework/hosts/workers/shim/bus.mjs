// The Bus port on Workers, where isolates know nothing of one another: for each key (a session, a user) one Durable Object,
// which passes on what is published under that key to the requests that listen to it.
//
//   await bus.listen(env.BUS, key, (message) => hear(message), signal);     // connected when it returns, until the signal
//   await bus.publish(env.BUS, key, topic, text);
//
// Nothing is kept: who listens later reads the Store. The object sleeps between messages; its connections stay.
import { DurableObject } from 'cloudflare:workers';
import { RecordReader, RecordWriter } from './record.mjs';

const RECONNECT_AFTER_MS = 1000;
const REMEMBERED = 1000;

export class BusObject extends DurableObject {
  // Somebody listens.
  fetch() {
    const { 0: theirs, 1: ours } = new WebSocketPair();
    this.ctx.acceptWebSocket(ours);
    return new Response(null, { status: 101, webSocket: theirs });
  }

  /** @param {Uint8Array} message */
  publish(message) {
    for (const socket of this.ctx.getWebSockets()) {
      try {
        socket.send(message);
      } catch {
        // it is about to close: the others get it all the same
      }
    }
  }

  webSocketClose(socket) { socket.close(); }
}

/** An instance's end of it. */
export class Bus {
  /** Ids of messages that this instance knows already: its own, and those that another of its requests heard. @type {Set<string>} */
  #known = new Set();

  /** @param {DurableObjectNamespace<BusObject>} namespace @param {string} key @param {string} topic @param {Uint8Array} text */
  async publish(namespace, key, topic, text) {
    const id = crypto.randomUUID();
    this.#isNew(id);
    await namespace.getByName(key).publish(new RecordWriter().text(id).text(topic).text(text).bytes());
  }

  /**
   * If the object cannot be reached it is tried again from then on, as it is when the connection breaks.
   * @param {DurableObjectNamespace<BusObject>} namespace
   * @param {string} key
   * @param {(topic: string, text: Uint8Array) => void} hear
   * @param {AbortSignal} signal  ends it
   */
  async listen(namespace, key, hear, signal) {
    try {
      await this.#connect(namespace, key, hear, signal);
    } catch {
      this.#listenAgain(namespace, key, hear, signal);
    }
  }

  async #connect(namespace, key, hear, signal) {
    const { webSocket } = await namespace.getByName(key).fetch('https://bus/', { headers: { upgrade: 'websocket' } });
    webSocket.accept();
    webSocket.binaryType = 'arraybuffer';
    const close = () => webSocket.close();
    webSocket.addEventListener('message', ({ data }) => {
      const message = new RecordReader(new Uint8Array(data));
      if (!signal.aborted && this.#isNew(message.text())) hear(message.text(), message.bytes());
    });
    webSocket.addEventListener('close', () => {
      signal.removeEventListener('abort', close);
      this.#listenAgain(namespace, key, hear, signal);
    });
    if (signal.aborted) close();
    else signal.addEventListener('abort', close);
  }

  async #listenAgain(namespace, key, hear, signal) {
    while (!signal.aborted) {
      try {
        await scheduler.wait(RECONNECT_AFTER_MS, { signal });
        return await this.#connect(namespace, key, hear, signal);
      } catch {
        // the object cannot be reached, or nobody listens any more
      }
    }
  }

  #isNew(id) {
    if (this.#known.has(id)) return false;
    this.#known.add(id);
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value);
    return true;
  }
}

// Reads a stream of server-sent events, one after the other, with their ids.
//
//   const stream = new SseReader(await fetch(...));
//   const { id, data, event, retry } = await stream.next();     // null at the end; comments are passed over
//   const message = await stream.message();                     // the next one with data, as JSON
//   for (const { data } of await stream.all()) ...
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

export class SseReader {
  #text = '';
  constructor(response) {
    assert.equal(response.headers.get('content-type'), 'text/event-stream', `an answer of status ${response.status}`);
    this.reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }
  async next(milliseconds = 30_000) {
    const late = sleep(milliseconds, 'late', { ref: false });
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const lines = this.#text.slice(0, end).split('\n').filter((line) => !line.startsWith(':'));
        this.#text = this.#text.slice(end + 2);
        if (lines.length) return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
        continue;
      }
      this.pending ??= this.reader.read();
      const read = await Promise.race([this.pending, late]);
      assert.notEqual(read, 'late', 'nothing came');
      this.pending = null;
      if (read.done) return null;
      this.#text += read.value;
    }
  }
  async message(milliseconds) {
    for (;;) {
      const event = await this.next(milliseconds);
      if (event?.data !== '') return event && JSON.parse(event.data);
    }
  }
  async all() {
    const events = [];
    for (let event; (event = await this.next()); ) events.push(event);
    return events;
  }
  cancel() { return this.reader.cancel(); }
}

// The records that cross between module and shim (../abi.md): numbers and texts, one after the other.
//
//   const bytes = new RecordWriter().text('GET').number(5000).bytes();     // a writer can be used again: clear()
//   const reader = new RecordReader(bytes);
//   reader.text(); reader.number();

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class RecordWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  /** @param {number} value */
  number(value) {
    this.#makeRoom(8);
    this.#view.setFloat64(this.#size, value, true);
    this.#size += 8;
    return this;
  }

  /** @param {string|Uint8Array} value */
  text(value) {
    if (typeof value !== 'string') return this.#append(value);
    this.#makeRoom(4 + value.length * 3); // UTF-8 has at most three bytes for each UTF-16 unit
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#size + 4));
    this.#view.setUint32(this.#size, written, true);
    this.#size += 4 + written;
    return this;
  }

  /** @param {Iterable<[string, string]>} pairs */
  pairs(pairs) {
    const list = [...pairs];
    this.number(list.length);
    for (const [name, value] of list) this.text(name).text(value);
    return this;
  }

  /** Header fields, after other lines. @param {Headers} headers */
  headers(headers, lines = '') {
    headers.forEach((value, name) => { lines += `${name}\n${value}\n`; });
    return this.text(lines);
  }

  clear() {
    this.#size = 0;
    return this;
  }

  /** Good until the next change. */
  bytes() { return this.#bytes.subarray(0, this.#size); }

  /** @param {Uint8Array} bytes */
  #append(bytes) {
    this.#makeRoom(4 + bytes.length);
    this.#view.setUint32(this.#size, bytes.length, true);
    this.#bytes.set(bytes, this.#size + 4);
    this.#size += 4 + bytes.length;
    return this;
  }

  /** @param {number} size */
  #makeRoom(size) {
    if (this.#size + size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#size + size));
    larger.set(this.#bytes);
    [this.#bytes, this.#view] = [larger, new DataView(larger.buffer)];
  }
}

export class RecordReader {
  #bytes;
  #view;
  #at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number() {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  /** A view, not a copy. */
  bytes() {
    const size = this.#view.getUint32(this.#at, true);
    this.#at += 4 + size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  text() { return decoder.decode(this.bytes()); }

  headers() {
    const headers = new Headers();
    const lines = this.text().split('\n');
    for (let at = 0; at + 1 < lines.length; at += 2) headers.append(lines[at], lines[at + 1]);
    return headers;
  }
}

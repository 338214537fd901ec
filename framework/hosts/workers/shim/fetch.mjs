// Outgoing requests under the rules of framework/postern/ports/fetch.hpp: no redirect is followed, nothing is cached, and
// time and size are bounded. Which URLs are allowed was decided by the core.
//
// What arrives compressed although that was not asked for, the runtime has decompressed, whether or not its Content-Encoding is
// still there (cloudflare/workerd#5112). The size is that of what comes out.

/**
 * @typedef {{ method: string, url: string, timeoutMs: number, bytesMax: number, headers: Headers, body: Uint8Array }} Asked
 * @typedef {{ status: number, headers: Headers, body: Uint8Array }} Answer
 */

/**
 * Null if the answer is larger than allowed. Throws if there is none.
 * @param {Asked} asked
 * @param {AbortSignal} signal
 * @returns {Promise<Answer|null>}
 */
export async function fetchBounded({ method, url, timeoutMs, bytesMax, headers, body }, signal) {
  const hasBody = method !== 'GET' && method !== 'HEAD';
  headers.set('accept-encoding', 'identity');
  const response = await fetch(url, {
    method, headers, body: hasBody ? body : undefined, redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const received = await readBounded(response.body, bytesMax);
  return received && { status: response.status, headers: response.headers, body: received };
}

/**
 * The whole body, or null once it turns out to be larger than `bytesMax`.
 * @param {ReadableStream<Uint8Array>|null} stream
 * @param {number} bytesMax
 */
export async function readBounded(stream, bytesMax) {
  const chunks = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.length;
    if (size > bytesMax) return null; // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

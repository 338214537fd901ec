// Waits for what comes by itself. How soon nobody knows on a busy machine, so a test does not guess: it looks again and again.
//
//   const entry = await eventually(() => find(...), 'the entry');    // what was found; an error after 30 s
import { setTimeout as sleep } from 'node:timers/promises';

export async function eventually(look, what, milliseconds = 30_000) {
  for (const end = Date.now() + milliseconds;; await sleep(50)) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} never came`);
  }
}

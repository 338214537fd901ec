// What a server has acknowledged, in a file of its own: one JSON line for each attempt, and one for each answer.
//
//   const ledger = new Ledger(path);
//   const answer = await ledger.attempt('code/1', 'take', () => ask(...));   // notes both ends; throws what the call throws
//   for (const [subject, history] of ledger.read()) ...                      // the attempts in order, each with its answer
//
// An attempt without an answer was under way when the server died: it may have happened or not.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

export class Ledger {
  #file;
  #path;
  #awaited;
  attempts = 0;

  constructor(path) {
    this.#path = path;
    this.#file = openSync(path, 'a');
  }

  async attempt(subject, what, call, detail) {
    const id = ++this.attempts;
    this.#write({ id, subject, what, detail });
    if (id === this.#awaited?.attempts) this.#awaited.resolve();
    const answer = await call();
    this.#write({ id, answer });
    return answer;
  }

  read() {
    const attempts = new Map();
    for (const line of readFileSync(this.#path, 'utf8').split('\n').filter(Boolean)) {
      const entry = JSON.parse(line);
      attempts.set(entry.id, { ...attempts.get(entry.id), ...entry });
    }
    return Map.groupBy(attempts.values(), (attempt) => attempt.subject);
  }

  // Returns in the middle of the attempt of that number.
  reaches(attempts) { return new Promise((resolve) => (this.#awaited = { attempts, resolve })); }
  close() { closeSync(this.#file); }
  #write(entry) { writeSync(this.#file, `${JSON.stringify(entry)}\n`); }
}

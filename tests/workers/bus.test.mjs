// The bus in the real workerd, beyond its contract (contracts.test.mjs): when a connection breaks, or cannot be made.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorkerd } from '../harness/workerd.mjs';

const shim = 'framework/hosts/workers/shim';
let worker;
before(async () => {
  worker = await startWorkerd({ modules: ['tests/workers/bus_worker.mjs', `${shim}/bus.mjs`, `${shim}/store.mjs`, `${shim}/record.mjs`] });
});
after(() => worker?.stop());
const heard = async (failures) => (await fetch(`${worker.url}/?failures=${failures}`, { signal: AbortSignal.timeout(60_000) })).text();

test('a message that one connection does not take gets to all others', async () => assert.equal(await heard(0), 'topic text'));
test('who cannot reach the object at first hears what is said once it can be reached', async () => assert.equal(await heard(2), 'topic text'));

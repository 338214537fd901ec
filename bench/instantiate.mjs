// How long workerd takes to make an instance of the module and run its constructors: a worker for bench/workers.mjs. Time
// stands still in a worker between its I/O, so it does many between two waits, and says what one took.
import module from '../build/wasm/postern.wasm';

const times = 100;
const wait = () => new Promise((resolve) => setTimeout(resolve, 1));

function instance() {
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
  new WebAssembly.Instance(module, imports).exports._initialize();
}

export default {
  async fetch() {
    instance();
    await wait();
    const started = Date.now();
    for (let i = 0; i < times; ++i) instance();
    await wait();
    return new Response(String((Date.now() - started - 1) / times));
  },
};

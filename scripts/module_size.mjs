// What takes the room in the module: the linker's map, summed up by folder and library.   ./dev build wasm && node scripts/module_size.mjs
//
// The map is of the linked module, before wasm-opt. Our sources are linked as one, so what is whose is told by the symbol:
// the first of our namespaces in it, or Boost's. A template of libc++ counts for the type that it was made for.
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const build = 'build/wasm';
function nameOf(input, symbol) {
  if (input !== 'lto.tmp') return /(lib[\w+.-]+)\.a/.exec(input)?.[1] ?? 'the rest';
  const [, whose, size = 0, rest = ''] = /(7postern|3app|5boost)(?:(\d+)(\w*))?/.exec(symbol) ?? [];
  if (whose === '3app') return 'app';
  if (whose === '5boost') return 'Boost.JSON';
  if (whose === '7postern') {
    const name = rest.slice(0, size);
    return name === 'workers' ? 'hosts/workers' : `postern/${name && existsSync(`framework/postern/${name}`) ? name : 'base'}`;
  }
  return /^_ZN?K?St/.test(symbol) ? 'libc++' : 'the rest';
}

const sizes = new Map();
for (const line of readFileSync(`${build}/postern.map`, 'utf8').split('\n')) {
  const [, size, input, symbol] = /^\s+\S+\s+[0-9a-f]+\s+([0-9a-f]+)\s{9}(\S.*):\((.*)\)$/.exec(line) ?? [];
  if (!input) continue;
  const name = nameOf(input, symbol);
  sizes.set(name, (sizes.get(name) ?? 0) + parseInt(size, 16));
}
const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
for (const [name, size] of [...sizes].filter(([, size]) => size >= 512).sort((a, b) => b[1] - a[1])) {
  console.log(`${(size / 1024).toFixed(0).padStart(5)} KiB ${((100 * size) / total).toFixed(1).padStart(5)} %  ${name}`);
}
const module = readFileSync(`${build}/postern.wasm`);
console.log(`postern.wasm, after wasm-opt: ${(module.length / 1024).toFixed(0)} KiB, gzip ${(gzipSync(module).length / 1024).toFixed(0)} KiB`);

// What takes the room in the module: the linker's map, summed up by library.   ./dev build wasm && node scripts/module_size.mjs
//
// The map is of the linked module, before wasm-opt. What a header gives (templates of libc++, Boost) counts for whoever uses it.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const build = 'build/wasm';
const nameOf = (input) => /boost_json/.exec(input) ? 'Boost.JSON'
  : /(?:framework\/)?(postern\/\w+|hosts\/workers|app)\/(?:lib|CMakeFiles)/.exec(input)?.[1] ?? /(lib[\w+.-]+)\.a/.exec(input)?.[1] ?? 'the rest';

const sizes = new Map();
for (const line of readFileSync(`${build}/postern.map`, 'utf8').split('\n')) {
  const [, size, input] = /^\s+\S+\s+[0-9a-f]+\s+([0-9a-f]+)\s{9}(\S.*):\(/.exec(line) ?? [];
  if (input) sizes.set(nameOf(input), (sizes.get(nameOf(input)) ?? 0) + parseInt(size, 16));
}
const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
for (const [name, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
  console.log(`${(size / 1024).toFixed(0).padStart(5)} KiB ${((100 * size) / total).toFixed(1).padStart(5)} %  ${name}`);
}
const module = readFileSync(`${build}/postern.wasm`);
console.log(`postern.wasm, after wasm-opt: ${(module.length / 1024).toFixed(0)} KiB, gzip ${(gzipSync(module).length / 1024).toFixed(0)} KiB`);

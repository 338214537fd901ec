// ./dev sbom: what the server is made of, as a CycloneDX 1.6 bill of materials in JSON (threat 54).
//
//   node scripts/sbom.mjs native <program>      the Debian packages that it loads, and those that were compiled into it
//   node scripts/sbom.mjs workers               those that were compiled into the module; the shim has no packages
//
// npm's packages are tools for tests and deployment, pinned in package-lock.json: `npm sbom` lists those.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' });
const fail = (message) => {
  throw new Error(message);
};
const lines = (text) => text.split('\n').filter(Boolean);

// The packages that these files belong to. Debian knows a file by the name before or after /usr was merged into /. It
// says what it does not know as well, and is not to be asked for each alone.
function packagesOf(files) {
  const names = files.map((file) => [realpathSync(file), file, `/usr${file}`, file.replace(/^\/usr/, '')]);
  const answer = spawnSync('dpkg-query', ['-S', ...names.flat()], { encoding: 'utf8' }).stdout;
  const owners = new Map(lines(answer).map((line) => line.split(': ')).map(([packages, file]) => [file, packages.split(',')[0].trim()]));
  return names.map((each) => owners.get(each.find((name) => owners.has(name))) ?? fail(`no package has ${each[0]}`));
}
const loadedBy = (program) => lines(run('ldd', program)).map((line) => /(\/\S+) \(0x/.exec(line)?.[1]).filter(Boolean);
const boostHeader = '/usr/include/boost/version.hpp';

const ingredients = {
  native: (program) => {
    if (!existsSync(program ?? '')) fail('name the program: ./dev build release makes build/release/framework/hosts/native/postern');
    return [...packagesOf([...loadedBy(program), boostHeader]), 'libc++-19-dev', 'libc++abi-19-dev'];
  },
  workers: () => [...packagesOf([boostHeader]), 'libc++-19-dev-wasm32', 'libclang-rt-19-dev-wasm32', 'wasi-libc'],
};

const distribution = Object.fromEntries(lines(readFileSync('/etc/os-release', 'utf8')).map((line) => line.split('=')));
const componentsOf = (names) => lines(run('dpkg-query', '-W', '-f', '${Package}\t${Version}\t${Architecture}\t${source:Package}\n', ...names)).map((line) => {
  const [name, version, architecture, source] = line.split('\t');
  const purl = `pkg:deb/${distribution.ID}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl, properties: [{ name: 'debian:source', value: source }] };
});

const [host, program] = process.argv.slice(2);
if (!(host in ingredients)) fail(`the host is native or workers, not "${host}"`);
const components = componentsOf(new Set(ingredients[host](program && path.resolve(program))));
const version = run('git', 'describe', '--always', '--dirty').trim();
console.log(JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'application', 'bom-ref': 'postern', name: `postern (${host})`, version } },
  components,
  dependencies: [{ ref: 'postern', dependsOn: components.map(({ purl }) => purl) }],
}, null, 2));

// The bill of materials: whole, and of what is really there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { host, programFile } from '../harness/stack.mjs';

test('the bill of materials names each package with the version that is installed', () => {
  const bill = JSON.parse(execFileSync(process.execPath, ['scripts/sbom.mjs', host, programFile('framework/hosts/native/postern')], { encoding: 'utf8' }));
  assert.deepEqual([bill.bomFormat, bill.specVersion], ['CycloneDX', '1.6']);
  const names = bill.components.map(({ name }) => name);
  for (const part of { native: ['libssl3', 'libcurl4', 'libsqlite3-0', 'libc6'], workers: ['wasi-libc', 'libc++-19-dev-wasm32'] }[host]) assert.ok(names.some((name) => name.startsWith(part)), part);
  assert.ok(names.some((name) => /^libboost1\.\d+-dev$/.test(name)));
  const policies = execFileSync('apt-cache', ['policy', ...names], { encoding: 'utf8' });
  for (const { name, version, purl } of bill.components) {
    const [, type, , packageName, encoded] = /^pkg:(\w+)\/(\w+)\/([^@]+)@([^?]+)\?arch=\w+$/.exec(purl);
    assert.deepEqual([type, decodeURIComponent(packageName), decodeURIComponent(encoded)], ['deb', name, version]);
    assert.ok(policies.includes(`${name}:\n  Installed: ${version}\n`), name);
  }
  assert.equal(new Set(names).size, names.length);
});

// The parser's hostile requests, sent through nginx and haproxy: the server must see no request that the proxy did not mean
// to send it (threat 36), and nobody behind them may get an answer that is not his.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Program, freePort, host, programFile, startStack } from '../harness/stack.mjs';

const NAME = 'a'; // whose Host the requests carry

// Each logs where it passes a request on to, and its target: "127.0.0.1> /path". nginx cannot open the socket that its standard output is.
const nginx = (port, server, folder) => `
daemon off; pid ${folder}/nginx.pid; error_log stderr crit;
events {}
http {
  log_format passed '$upstream_addr> $request_uri';
  access_log ${folder}/nginx.log passed;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  client_max_body_size 0; large_client_header_buffers 8 64k; merge_slashes off;
  upstream postern { server 127.0.0.1:${server}; keepalive 4; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://postern; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
      proxy_request_buffering off; proxy_buffering off;
    }
  }
}`;
const haproxy = (port, server) => `
global
  log stdout format raw local0
defaults
  mode http
  log global
  log-format "%si> %HP"
  http-reuse always
  option accept-invalid-http-request
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend clients
  bind 127.0.0.1:${port}
  default_backend postern
backend postern
  server postern 127.0.0.1:${server}
`;
const proxies = {
  nginx: { configure: nginx, command: path.resolve('build/debian/nginx/usr/sbin/nginx'), args: (file, folder) => ['-p', folder, '-c', file], log: (_, folder) => readFileSync(`${folder}/nginx.log`, 'utf8') },
  haproxy: { configure: haproxy, command: path.resolve('build/debian/haproxy/usr/sbin/haproxy'), args: (file) => ['-f', file], log: (proxy) => proxy.log },
};

// Sends it, and reads until the end, or until nothing has come for so long.
const send = (port, bytes, patience) =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(patience, () => socket.destroy());
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
// How often there is each path.
const countOf = (matches) => matches.map(([, target]) => target.replace(/^https?:\/\/[^/]*/, '').replace(/\?.*/, '').slice(0, 100)) // logs cut lines
  .reduce((counts, where) => counts.set(where, (counts.get(where) ?? 0) + 1), new Map());
const sum = (counts) => [...counts.values()].reduce((sum, count) => sum + count, 0);

describe('behind other proxies', { skip: host !== 'native' && 'before a worker stands Cloudflare' }, () => {
  let stack, requests;
  before(async () => {
    stack = await startStack();
    requests = execFileSync(programFile('tests/proxies/hostile-requests'), { encoding: 'utf8', maxBuffer: 8 << 20 }).trimEnd().split('\n')
      .map((line) => line.split('\t')).map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes, 'base64url') }));
  });
  after(() => stack.stop());

  for (const [name, { configure, command, args, log }] of Object.entries(proxies)) {
    test(`${name}: no request is seen that it did not pass on, and each answer is its own`, async (t) => {
      const [port, serverPort] = [await freePort(), await freePort()];
      const settings = { ...stack.serverSettings, SERVER_URL: `https://${NAME}`, PORT: String(serverPort), DATABASE: path.join(stack.folder, `${name}.sqlite`) };
      const server = new Program('server', 'framework/hosts/native/postern', [], settings, `http://127.0.0.1:${serverPort}`);
      t.after(() => server.stop());
      await server.ready('/readyz');
      const file = path.join(stack.folder, `${name}.conf`);
      writeFileSync(file, configure(port, serverPort, stack.folder));
      const proxy = new Program(name, command, args(file, stack.folder), {}, `http://127.0.0.1:${port}`);
      t.after(() => proxy.stop());
      await proxy.ready('/healthz');

      for (const { name: what, bytes } of requests) {
        await send(port, bytes, 150);
        const next = await send(port, `GET /healthz HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`, 10_000);
        assert.match(next, /^HTTP\/1\.1 200 .*"ok"/s, `what came after "${what}"`);
      }
      await proxy.stop();
      assert.deepEqual(await server.stop(), { code: 0, signal: null }, server.log.slice(-2000));
      const seen = countOf([...server.log.matchAll(/"path":"([^"]*)"/g)].filter(([, where]) => where !== '/readyz'));
      const passed = countOf([...log(proxy, stack.folder).matchAll(/^127\.0\.0\.1\S*> (\S+)$/gm)]);
      for (const [where, times] of seen) assert.ok(times <= (passed.get(where) ?? 0), `${where} was seen ${times} times, and passed on ${passed.get(where) ?? 0} times`);
      t.diagnostic(`${requests.length} requests; of ${sum(passed)} passed on ${sum(seen)} were seen, of those for /hidden ${seen.get('/hidden') ?? 0} of ${passed.get('/hidden') ?? 0}`);
    });
  }
});

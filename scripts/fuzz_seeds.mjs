// Seeds for the fuzz targets, from the golden transcripts: messages of JSON-RPC, requests as they come over the wire, streams,
// and URI templates. Usage: node scripts/fuzz_seeds.mjs <folder of the corpora>
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { messagesOf, readTranscript } from '../tests/harness/transcript.mjs';

const [, , folder] = process.argv;
const folders = ['tests/transcripts', 'tests/conformance/transcripts'];

function keep(target, text) {
  mkdirSync(path.join(folder, target), { recursive: true });
  writeFileSync(path.join(folder, target, `seed-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`), text);
}

const files = folders.flatMap((each) => readdirSync(each).filter((name) => name.endsWith('.txt')).map((name) => path.join(each, name)));
for (const file of files) {
  for (const { sent, expected } of readTranscript(file).filter((each) => each.sent.first)) {
    const headers = [...sent.headers, ['Host', 'localhost'], ['Content-Length', String(Buffer.byteLength(sent.body))]];
    keep('request_parser_fuzz', `${sent.first} HTTP/1.1\r\n${headers.map((header) => `${header.join(': ')}\r\n`).join('')}\r\n${sent.body}`);
    const { messages } = messagesOf(expected);
    for (const text of [sent.body, ...messages].filter((each) => each.startsWith('{'))) {
      keep('jsonrpc_fuzz', text);
      keep('json_fuzz', text);
    }
    for (const [, template] of expected.body.matchAll(/"uriTemplate": "([^"]+)"/g)) keep('uri_template_fuzz', `${template}\n${template.replace(/\{.*?\}/g, '17')}`);
    if (messages.length > 1) keep('sse_fuzz', messages.map((message) => `id: 1\ndata: ${message.replace(/\s*\n\s*/g, ' ')}\n\n`).join(''));
  }
}

// A conversation word for word, as tests/transcripts/*.txt have them: reads it, or holds a server to it. The format, and what
// is the same as what, are told in tests/transcripts/README.md; core/transcript.cpp there does the same in C++.
//
//   for (const { line, sent, expected } of readTranscript('tests/transcripts/batch.txt')) ...
//   await playTranscript('tests/transcripts/batch.txt', { origin: 'http://localhost:8788', token });
//
// Each message that is read here is also shown to the validators of @modelcontextprotocol/client.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { specTypeSchemas } from '@modelcontextprotocol/client';
import { SseReader } from './sse_reader.mjs';

// The exchanges of a transcript: { line, sent: { first, headers, body }, expected: the same }. Where a stream is read on,
// nothing is sent.
export function readTranscript(file) {
  const exchanges = [];
  let before;
  for (const [at, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const [, side, text] = /^([<>]) ?(.*)$/.exec(line) ?? [];
    if (side && side !== before && (side === '>' || text === '...')) exchanges.push({ line: at + 1, sent: [], expected: [] });
    if (side) exchanges.at(-1)[side === '>' ? 'sent' : 'expected'].push(text);
    before = side;
  }
  assert.ok(exchanges.length, `${file} has nothing in it`);
  const read = ([first, ...rest]) => {
    const end = rest.includes('') ? rest.indexOf('') : rest.length;
    return { first, headers: rest.slice(0, end).map((header) => header.split(/: (.*)/s).slice(0, 2)), body: rest.slice(end + 1).join('\n').trim() };
  };
  return exchanges.map(({ line, sent, expected }) => ({ line, sent: read(sent), expected: read(expected) }));
}

// The messages of a body, and whether more of them will come.
export function messagesOf({ body }) {
  const messages = body.split(/\n\n+/).filter(Boolean);
  const goesOn = messages.at(-1) === '...';
  return { messages: goesOn ? messages.slice(0, -1) : messages, goesOn };
}

// The messages of JSON-RPC in a text: one, or a batch of them, or none.
export function jsonMessages(text) {
  try {
    return [JSON.parse(text)].flat();
  } catch {
    return [];
  }
}

const asText = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
const fill = (text, names) => text.replace(/\{\{(\w+)\}\}/g, (hole, name) => (name in names ? asText(names[name]) : hole));
// Matches a text with holes, and remembers what the holes stand for.
export function matchText(expected, actual, names) {
  const holes = [];
  const pattern = fill(expected, names).split(/(\{\{(?:\*|\w+)\}\})/).map((part, at) => {
    if (at % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    holes.push(part.slice(2, -2));
    return '([^]*)';
  });
  const match = new RegExp(`^${pattern.join('')}$`).exec(actual);
  if (!match) return assert.equal(actual, fill(expected, names));
  for (const [at, name] of holes.entries()) if (name !== '*') names[name] = match[at + 1];
}
export function matchJson(expected, actual, names, where = '$') {
  if (typeof expected === 'string') {
    const [, name] = /^\{\{(\*|\w+)\}\}$/.exec(expected) ?? [];
    if (name && !(name in names)) return name === '*' ? undefined : void (names[name] = actual);
    if (name) return assert.deepEqual(actual, names[name], where);
    assert.equal(typeof actual, 'string', where);
    return matchText(expected, actual, names);
  }
  if (expected === null || typeof expected !== 'object') return assert.equal(actual, expected, where);
  assert.ok(actual !== null && typeof actual === 'object' && Array.isArray(expected) === Array.isArray(actual), `${where} is ${JSON.stringify(actual)}`);
  const { '...': others, ...members } = expected;
  assert.deepEqual(Object.keys(actual).filter((name) => !others || name in members).sort(), Object.keys(members).sort(), where);
  for (const [name, value] of Object.entries(members)) matchJson(value, actual[name], names, `${where}.${name}`);
}

const types = {
  initialize: 'InitializeResult', 'server/discover': 'DiscoverResult', 'tools/list': 'ListToolsResult', 'tools/call': 'CallToolResult', 'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult', 'resources/read': 'ReadResourceResult', 'prompts/list': 'ListPromptsResult', 'prompts/get': 'GetPromptResult',
  'completion/complete': 'CompleteResult', 'elicitation/create': 'ElicitRequest', 'sampling/createMessage': 'CreateMessageRequest', 'roots/list': 'ListRootsRequest',
  'notifications/progress': 'ProgressNotification', 'notifications/message': 'LoggingMessageNotification', 'notifications/resources/updated': 'ResourceUpdatedNotification',
};
// `methods`: which one each id of the client's asks for.
function validate(message, methods) {
  const type = types[message.method ?? methods[message.id]];
  const checked = message.method ? message : message.result;
  const isAnother = checked?.task || (checked?.resultType ?? 'complete') !== 'complete'; // a task, or a question
  if (type && checked && !isAnother) assert.equal(specTypeSchemas[type]['~standard'].validate(checked).issues, undefined, `${type}: ${JSON.stringify(checked)}`);
}

// The next message of a stream, as a transcript has it; null at the end.
async function nextMessage(stream) {
  for (let event; (event = await stream.next()); ) {
    if (event.data) return event.event && event.event !== 'message' ? `event: ${event.event}\ndata: ${event.data}` : event.data;
  }
  return null;
}

class Player {
  methods = {};
  constructor(known) { this.names = { ...known }; }

  async exchange({ sent, expected }) {
    const wanted = messagesOf(expected);
    if (!sent.first) return this.read(wanted);
    const [method, target] = fill(sent.first, this.names).split(' ');
    const body = fill(sent.body, this.names);
    const headers = sent.headers.map(([name, value]) => [name, fill(value, this.names)]);
    for (const { id, method } of jsonMessages(body)) if (method) this.methods[id] = method;
    const response = await fetch(new URL(target, this.names.origin), { method, headers, redirect: 'manual', ...(body && { body }) });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      const text = await response.text();
      assert.equal(String(response.status), expected.first, text);
      if (!expected.body) assert.equal(text, '');
      else this.match(expected.body, text);
    } else {
      assert.equal(String(response.status), expected.first);
      await this.close();
      this.stream = new SseReader(response);
      await this.read(wanted);
    }
    for (const [name, value] of expected.headers) matchText(value, response.headers.get(name) ?? '(none)', this.names);
  }
  // What comes next in the open stream.
  async read({ messages, goesOn }) {
    assert.ok(this.stream, 'no stream is open');
    for (const each of messages) this.match(each, await nextMessage(this.stream));
    if (goesOn) return;
    assert.equal(await nextMessage(this.stream), null);
    this.stream = null;
  }
  match(expected, actual) {
    assert.notEqual(actual, null, 'the stream ends');
    if (expected.startsWith('event: ')) return matchText(expected, actual, this.names);
    const message = JSON.parse(actual);
    matchJson(JSON.parse(expected), message, this.names);
    if (message.jsonrpc) validate(message, this.methods);
  }
  async close() { await this.stream?.cancel(); }
}

export async function playTranscript(file, known) {
  const player = new Player(known);
  try {
    for (const each of readTranscript(file)) {
      await player.exchange(each).catch((error) => {
        error.message = `${file}:${each.line}: ${error.message}`;
        throw error;
      });
    }
  } finally {
    await player.close();
  }
}

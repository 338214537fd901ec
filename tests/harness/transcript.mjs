// A conversation word for word, as tests/transcripts/*.txt have them: reads it, or holds a server to it.
//
//   for (const { line, sent, expected } of readTranscript('tests/transcripts/batch.txt')) ...
//   await playTranscript('tests/transcripts/batch.txt', { origin: 'http://localhost:8788', token });
//
//   > POST /mcp                     what the client sends: the request line, headers, an empty line, the body
//   < 200                           what the server must answer: the status, headers that must be there, the body
//
// A body of JSON is compared as JSON: member by member, none more and none less, but an object that says "...": "..." may
// have others. {{name}} stands for whatever comes there first, and for the same from then on; {{*}} for anything. What is
// known from the start is named when it is played. A stream of events is a body whose messages are separated by an empty
// line; "..." as the last one says that it goes on, and the client leaves.
//
// Each result that is read here is also shown to the validators of @modelcontextprotocol/client.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { specTypeSchemas } from '@modelcontextprotocol/client';
import { SseReader } from './sse_reader.mjs';

// The exchanges of a transcript: { line, sent: { first, headers, body }, expected: the same }.
export function readTranscript(file) {
  const exchanges = [];
  for (const [at, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const [, side, text] = /^([<>]) ?(.*)$/.exec(line) ?? [];
    if (!side) continue;
    if (side === '>' && exchanges.at(-1)?.expected.length !== 0) exchanges.push({ line: at + 1, sent: [], expected: [] });
    exchanges.at(-1)[side === '>' ? 'sent' : 'expected'].push(text);
  }
  const read = ([first, ...rest]) => {
    const end = rest.includes('') ? rest.indexOf('') : rest.length;
    return { first, headers: rest.slice(0, end).map((header) => header.split(/: (.*)/s).slice(0, 2)), body: rest.slice(end + 1).join('\n').trim() };
  };
  return exchanges.map(({ line, sent, expected }) => ({ line, sent: read(sent), expected: read(expected) }));
}

const fill = (text, names) => text.replace(/\{\{(\w+)\}\}/g, (hole, name) => names[name] ?? hole);
// Matches a text with holes, and remembers what the holes stand for.
function matchText(expected, actual, names) {
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
function matchJson(expected, actual, names, where = '$') {
  if (typeof expected === 'string') {
    const [, name] = /^\{\{(\*|\w+)\}\}$/.exec(expected) ?? [];
    if (name && !(name in names)) return name === '*' ? assert.notEqual(actual, undefined, where) : void (names[name] = actual);
    if (name) return assert.deepEqual(actual, names[name], where);
    assert.equal(typeof actual, 'string', where);
    return matchText(expected, actual, names);
  }
  if (expected === null || typeof expected !== 'object') return assert.equal(actual, expected, where);
  assert.ok(actual !== null && typeof actual === 'object' && Array.isArray(expected) === Array.isArray(actual), `${where} is ${JSON.stringify(actual)}`);
  const { '...': others, ...members } = expected;
  if (!others) assert.deepEqual(Object.keys(actual).sort(), Object.keys(members).sort(), where);
  for (const [name, value] of Object.entries(members)) matchJson(value, actual[name], names, `${where}.${name}`);
}

const resultTypes = {
  initialize: 'InitializeResult', 'server/discover': 'DiscoverResult', 'tools/list': 'ListToolsResult', 'tools/call': 'CallToolResult', 'resources/list': 'ListResourcesResult',
  'resources/read': 'ReadResourceResult', 'prompts/get': 'GetPromptResult', 'completion/complete': 'CompleteResult', 'notifications/progress': 'ProgressNotification',
};
function validate(method, message) {
  const type = message.method ? resultTypes[message.method] : message.result && resultTypes[method];
  const checked = message.method ? message : message.result;
  const isAnother = checked?.task || (checked?.resultType ?? 'complete') !== 'complete'; // a task, or a question
  if (type && !isAnother) assert.equal(specTypeSchemas[type]['~standard'].validate(checked).issues, undefined, `${type}: ${JSON.stringify(checked)}`);
}

const isStream = (response) => response.headers.get('content-type').startsWith('text/event-stream');
const messagesOf = (response, text) => (isStream(response) ? [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => data) : [text]);
async function firstOf(response, count) {
  const [stream, messages] = [new SseReader(response), []];
  while (messages.length < count) messages.push((await stream.next()).data);
  await stream.cancel();
  return messages;
}

async function exchange({ sent, expected }, names) {
  const [method, target] = sent.first.split(' ');
  const body = fill(sent.body, names);
  const headers = sent.headers.map(([name, value]) => [name, fill(value, names)]);
  const response = await fetch(new URL(target, names.origin), { method, headers, redirect: 'manual', ...(body && { body }) });
  const wanted = expected.body.split(/\n\n+/);
  const goesOn = wanted.at(-1) === '...' && wanted.pop();
  const text = goesOn ? '' : await response.text();
  assert.equal(String(response.status), expected.first, text);
  for (const [name, value] of expected.headers) matchText(value, response.headers.get(name) ?? '(none)', names);
  if (!expected.body) return assert.equal(text, '');
  const messages = goesOn ? await firstOf(response, wanted.length) : messagesOf(response, text);
  assert.equal(messages.length, wanted.length, text);
  for (const [at, message] of messages.entries()) {
    const actual = JSON.parse(message);
    matchJson(JSON.parse(wanted[at]), actual, names);
    if (target === '/mcp') validate(JSON.parse(body).method, actual);
  }
}

export async function playTranscript(file, known) {
  const names = { ...known };
  for (const each of readTranscript(file)) {
    try {
      await exchange(each, names);
    } catch (error) {
      error.message = `${file}:${each.line}: ${error.message}`;
      throw error;
    }
  }
}

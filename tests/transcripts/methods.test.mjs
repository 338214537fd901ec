// Every method that the specification has is in a transcript, in both eras where it exists in both: a request with a result
// and with an error, whoever asks. methods.json has the lists, and what is not shown and why.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { jsonMessages, messagesOf, readTranscript } from '../harness/transcript.mjs';

const { revisions, extension, not_shown: notShown } = JSON.parse(readFileSync('tests/transcripts/methods.json', 'utf8'));
const unions = ['ClientRequest', 'ClientNotification', 'ServerRequest', 'ServerNotification', 'InputRequest'];
const { '2026-07-28': stateless, ...sessions } = revisions;
const eras = { sessions: Object.values(sessions), stateless: [stateless, extension] };

// What must be seen of each.
const outcomes = { ClientRequest: ['result', 'error'], ServerRequest: ['result', 'error'], InputRequest: ['asked', 'answered'], ClientNotification: ['sent'], ServerNotification: ['sent'] };

// What a transcript shows, as "sessions ClientRequest ping result".
function shown(file) {
  const seen = new Set();
  const [byClient, byServer, inputs] = [{}, {}, {}]; // methods by id, or by key
  let era, streamEra, last;
  const see = (...words) => seen.add([era, ...words].join(' '));
  for (const { sent, expected } of readTranscript(file)) {
    const messages = jsonMessages(sent.body);
    era = messages.some((message) => message.params?._meta?.['io.modelcontextprotocol/protocolVersion']) ? 'stateless' : 'sessions';
    for (const { id, method, params, ...rest } of messages) {
      if (method && id === undefined) see('ClientNotification', method, 'sent');
      else if (method) byClient[id] = last = method;
      else if (id in byServer) see('ServerRequest', byServer[id], 'result' in rest ? 'result' : 'error');
      for (const key of Object.keys(params?.inputResponses ?? {})) see('InputRequest', inputs[key], 'answered');
    }
    const { messages: answers, goesOn } = messagesOf(expected);
    if (!sent.first) era = streamEra;
    if (goesOn) streamEra = era;
    for (const { id, method, params, result, error, jsonrpc } of answers.flatMap(jsonMessages)) {
      if (!jsonrpc) continue;
      if (method && id !== undefined) byServer[id] = method;
      else if (method) see('ServerNotification', method, 'sent');
      else see('ClientRequest', byClient[id] ?? last, error ? 'error' : 'result');
      for (const [key, asked] of Object.entries(result?.inputRequests ?? params?.inputRequests ?? {})) {
        inputs[key] = asked.method;
        see('InputRequest', asked.method, 'asked');
      }
    }
  }
  return seen;
}

const all = new Set(['tests/transcripts', 'tests/conformance/transcripts'].flatMap((folder) =>
  readdirSync(folder).filter((name) => name.endsWith('.txt')).flatMap((name) => [...shown(`${folder}/${name}`)])));

const excuses = Object.keys(notShown);
for (const [era, schemas] of Object.entries(eras)) for (const union of unions) {
  const methods = [...new Set(schemas.flatMap((schema) => schema[union] ?? []))].sort();
  if (methods.length === 0) continue;
  test(`${era}: each ${union} of the specification is in a transcript (${methods.length})`, () => {
    const wanted = methods.flatMap((method) => outcomes[union].map((outcome) => `${era} ${union} ${method} ${outcome}`));
    const excused = wanted.filter((each) => excuses.some((excuse) => `${each} `.startsWith(`${excuse} `)));
    assert.deepEqual(wanted.filter((each) => !all.has(each) && !excused.includes(each)), []);
    assert.deepEqual(excused.filter((each) => all.has(each)), [], 'shown after all');
  });
}

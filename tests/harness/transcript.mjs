// A conversation word for word, as tests/transcripts/*.txt has them; transcripts.test.mjs explains how to read one.
//
//   for (const { line, sent, expected } of readTranscript('tests/transcripts/batch.txt')) ...
import { readFileSync } from 'node:fs';

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

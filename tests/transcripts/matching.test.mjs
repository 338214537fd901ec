// This runner and that in C++ (core/transcripts_test.cpp) agree on what is the same as what.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { matchJson } from '../harness/transcript.mjs';

for (const row of JSON.parse(readFileSync('tests/transcripts/matching.json', 'utf8'))) {
  test(JSON.stringify(row), () => {
    const names = { ...row.known };
    const match = () => matchJson(row.expected, row.actual, names);
    if (row.differs) assert.throws(match, assert.AssertionError);
    else match();
    if (row.then) assert.deepEqual(names, row.then);
  });
}

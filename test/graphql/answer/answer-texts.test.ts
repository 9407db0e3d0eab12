import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GraphQLResolveInfo } from 'graphql';
import { sql } from 'kysely';
import { encode } from '../../../src/database/byte-text.js';
import { AnswerTexts, printAnswer } from '../../../src/graphql/answer/answer-texts.js';
import { plainRows } from '../../call-logs/paging-server.js';
import { replaceRows } from '../../support/insert-rows.js';
import { useTestServer } from '../../support/server.js';

type Path = GraphQLResolveInfo['path'];

const server = useTestServer();

test('an answer reads the same whether a JSON value in it is printed or kept as text', () => {
  const value = fc.jsonValue();
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.tuple(fc.boolean(), value)), (members) => {
      const answer = new AnswerTexts();
      const plain = Object.entries(members).map(([key, [, one]]) => [key, one]);
      const kept = Object.entries(members).map(([key, [isKept, one]]) => [
        key,
        isKept ? answer.keep(encode(JSON.stringify(one))) : one,
      ]);
      const data = answer.complete(Object.fromEntries(kept));
      expect(read(printAnswer({ data }))).toEqual(read(JSON.stringify({ data: Object.fromEntries(plain) })));
    }),
  );
});

test('lists that are printed stand where they belong, and nowhere where an error has taken their place away', () => {
  const answer = new AnswerTexts();
  const data = {
    pages: [
      { nodes: answer.keepList(['{"id":1}', '{"id":2}'], pathOf('pages', 0, 'nodes')) },
      null,
      { nodes: answer.keepList([], pathOf('pages', 2, 'nodes')) },
    ],
    gone: null,
  };
  answer.keepList(['{"id":3}'], pathOf('pages', 1, 'nodes'));
  answer.keepList(['{"id":4}'], pathOf('gone', 'nodes'));
  expect(read(printAnswer({ data: answer.complete(data) }))).toEqual({
    data: { pages: [{ nodes: [{ id: 1 }, { id: 2 }] }, null, { nodes: [] }], gone: null },
  });
});

test('what only looks like the place of a text stays as it is', () => {
  const answer = new AnswerTexts();
  const place = answer.keep('"kept"');
  const others = [place.replace('-', ''), `${place} `, JSON.stringify(place), '"'];
  const data = answer.complete({ others });
  expect(read(printAnswer({ data }))).toEqual({ data: { others } });
});

test('a text may be in more pieces than a function takes arguments', () => {
  const numbers = Array.from({ length: 300_000 }, (_, index) => String(index));
  const answer = new AnswerTexts();
  const data = { numbers: answer.keepList(numbers, pathOf('numbers')) };
  expect(read(printAnswer({ data: answer.complete(data) }))).toEqual({
    data: { numbers: numbers.map(Number) },
  });
});

function read(text: Buffer | string): unknown {
  return JSON.parse(text.toString());
}

function pathOf(...keys: (string | number)[]): Path {
  return keys.reduce<Path | undefined>((prev, key) => ({ prev, key, typename: undefined }), undefined)!;
}

test('bodies come with every digit that the database has', async () => {
  await replaceRows(server.database, plainRows([{}]));
  const stored = '[{"名": "x", "seed": 12345678901234567890, "top_p": 0.10000000000000000001}]';
  await sql`UPDATE llm_call_logs SET request_messages = ${stored}::jsonb`.execute(server.database.sql);
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${process.env['TEST_TOKEN'] ?? ''}`,
    },
    body: JSON.stringify({ query: '{ callLogs { nodes { requestMessages } } }' }),
  });
  expect(await response.text()).toContain(`{"requestMessages":${stored}}`);
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { encode } from '../../src/database/byte-text.js';
import { JsonText, printAnswer } from '../../src/graphql/json-text.js';
import { plainRows } from '../call-logs/paging-server.js';
import { replaceRows } from '../support/insert-rows.js';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

test('an answer reads the same whether a JSON value in it is printed or put in as text', () => {
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((value) => new JsonText([encode(JSON.stringify(value))])),
      fc.array(tie('node')),
      fc.dictionary(fc.string(), tie('node')),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (answer) => {
      expect(JSON.parse(printAnswer(answer).toString())).toEqual(JSON.parse(JSON.stringify(answer)));
    }),
  );
});

test('a text may be in more pieces than a function takes arguments', () => {
  const pieces = Array.from({ length: 300_000 }, (_, index) => (index === 0 ? '[0' : `,${index}`));
  const printed = printAnswer({ numbers: new JsonText([...pieces, ']']) });
  expect(JSON.parse(printed.toString())).toEqual({ numbers: pieces.map((_, index) => index) });
});

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

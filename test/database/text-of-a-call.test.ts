import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { textOf } from '../support/call-log-model.js';
import { useTestDatabase } from '../support/database.js';
import { storableDeep } from '../support/storable.js';

const held = useTestDatabase();

const SEPARATOR = '\x1f';

const text = fc
  .oneof(fc.constantFrom('"', '\\', '", "', 'a\\"', '[]', '{}', 'é日🙂'), fc.string({ unit: 'binary' }))
  .map((any) => any.replaceAll('\0', '\n').replaceAll(SEPARATOR, '\n'));
const key = fc.oneof(fc.constantFrom('role', 'type', 'content', 'text'), text);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.constantFrom(null, true, 1.5),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(key, tie('json'), { maxKeys: 4 }),
  ),
}));

test('the text of any call is each string of its messages but roles and types, and of its response', async () => {
  await fc.assert(
    fc.asyncProperty(
      json.map(storableDeep),
      fc.option(text),
      fc.option(json.map(storableDeep)),
      async (requestMessages, responseContent, responseData) => {
        const given = { requestMessages, responseContent, responseData };
        expect(piecesOf(await databaseText(given))).toEqual(piecesOf(textOf(given).join(SEPARATOR)));
      },
    ),
    { numRuns: 500 },
  );
});

test('the text of a call is never null, whatever is null in it', async () => {
  const nothing = { requestMessages: null, responseContent: null, responseData: null };
  expect(await databaseText(nothing)).toBe(SEPARATOR);
  const { rows } = await sql`SELECT llm_call_log_text(NULL, NULL, '["a"]') AS data,
    llm_call_log_text(NULL, 'b', NULL) AS content`.execute(held.database.sql);
  expect(rows).toEqual([{ data: `a${SEPARATOR}`, content: `${SEPARATOR}b` }]);
});

async function databaseText(given: {
  requestMessages: unknown;
  responseContent: string | null;
  responseData: unknown;
}): Promise<string> {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  const { rows } = await sql<{ text: string }>`SELECT llm_call_log_text(
    ${JSON.stringify(given.requestMessages)}, ${given.responseContent}, ${json(given.responseData)}
  ) AS text`.execute(held.database.sql);
  return rows[0]?.text ?? 'null';
}

/** Where there is none, and where one is empty, the text is the same. */
function piecesOf(text: string): string[] {
  return text
    .split(SEPARATOR)
    .filter((piece) => piece !== '')
    .sort();
}

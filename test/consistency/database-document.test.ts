import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { readFile } from 'node:fs/promises';
import { describeDatabase } from '../../src/consistency/database-document.js';
import { createSchema } from '../../src/schema.js';
import { useTestDatabase } from '../support/database.js';

const held = useTestDatabase();

test('DATABASE.md describes the migrated database', async () => {
  const kept = await readFile(new URL('../../DATABASE.md', import.meta.url), 'utf8');
  // Where this fails, "npm run database" writes the file anew.
  expect(kept).toBe(await describeDatabase(held.database, await createSchema()));
});

test('every column that the product knows has a meaning', async () => {
  const document = await describeDatabase(held.database, await createSchema());
  const inUse = document.slice(0, document.indexOf('## llm_prompt_templates'));
  const rows = inUse.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(30);
  expect(
    rows.filter(
      (row) =>
        !/\w.*\. ?(\*\*(Never served|Served by Query\.openAIApiKey alone)\.\*\* )?\|$/.test(
          row.split(' | ')[2] ?? '',
        ),
    ),
  ).toEqual([]);
});

test('a column of another program is described as one', async () => {
  await sql`ALTER TABLE groups ADD COLUMN rank INTEGER`.execute(held.database.sql);
  const document = await describeDatabase(held.database, await createSchema());
  expect(document).toContain('| `rank` | `integer` | Not known to this product. |');
  expect(document).toContain('    integer rank');
});

import { beforeEach, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { KeyVault } from '../../src/keys/key-vault.js';
import { useTestDatabase } from '../support/database.js';
import { runCli } from '../support/processes.js';
import { emptyTables, inFolder, storedCalls } from './importing.js';

const held = useTestDatabase();

beforeEach(() => emptyTables(held.database));

/** The key in use is one that nothing but its hash tells. */
async function importByCommand(text: string, environment: Record<string, string> = {}) {
  const stored = new KeyVault('plaintext', []).seal('company-swordfish', 1);
  await sql`INSERT INTO llm_configs (api_key) VALUES (${stored})`.execute(held.database.sql);
  return inFolder(async (folder) => {
    const path = join(folder, 'calls.jsonl');
    await writeFile(path, text);
    const cli = runCli(['import', path], { DATABASE_URL: held.url, ...environment });
    await cli.ended;
    return cli.stdout().replaceAll(folder, '');
  });
}

const ROWS = [
  { status: 'error', requestMessages: ['hi'], errorMessage: 'no company-swordfish here' },
  { status: 'success', requestMessages: ['hi'], requestParams: { api_key: 'x1', note: 'company-swordfish' } },
  { status: 'success', requestMessages: ['api_key=x1'], groupId: 77 },
]
  .map((row) => `${JSON.stringify(row)}\n`)
  .join('');

test('the secrets of imported rows are replaced, and those of the rows that are in are counted', async () => {
  expect(await importByCommand(ROWS)).toMatch(
    /^\/calls\.jsonl: 2 rows in, 1 rejected \(see .*\), 0 tokens, 3 secrets redacted, /,
  );
  expect(await storedCalls(held.database)).toMatchObject([
    { error_message: 'no [redacted: provider key …fish] here' },
    { request_params: { api_key: '[redacted: api key]', note: '[redacted: provider key …fish]' } },
  ]);
});

test('with REDACT=off rows are imported as they are', async () => {
  expect(await importByCommand(ROWS, { REDACT: 'off' })).toMatch(/2 rows in, 1 rejected .*, 0 tokens, \d/);
  expect(JSON.stringify(await storedCalls(held.database))).toContain('no company-swordfish here');
});

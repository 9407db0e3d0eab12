import { describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/migrating/migrate.js';
import { useOlderDatabase } from '../support/older-database.js';
import { leaveInvalidIndex, ODD_ROWS, OLDER_001, OTHER_NAMES } from '../support/older-schemas.js';
import { collectStatements } from '../support/statements.js';

/** The indexes that statements build or drop, by name. */
async function built(run: () => Promise<unknown>): Promise<string[]> {
  const statements = await collectStatements(run);
  return statements.flatMap((text) => /^(?:CREATE|DROP) INDEX CONCURRENTLY \S+/.exec(text) ?? []);
}

describe('on a database with an index of ours by another name', () => {
  const held = useOlderDatabase(OLDER_001 + OTHER_NAMES);

  test('it is not built again', async () => {
    const names = ['group_id_call_time_id', 'status_call_time_id', 'activation_code_call_time_id'];
    expect(await built(() => migrate(held.database))).toEqual(
      [...names, 'config_id_call_time_id', 'text'].map(
        (name) => `CREATE INDEX CONCURRENTLY llm_call_logs_${name}_idx`,
      ),
    );
  });
});

describe('on a database with another index by the name of ours', () => {
  const held = useOlderDatabase(async (client) => {
    await client.query(OLDER_001 + ODD_ROWS);
    await client.query('CREATE INDEX llm_call_logs_call_time_id_idx ON llm_call_logs (call_time, id)');
    await leaveInvalidIndex(client, 'llm_call_logs_call_time_id_idx2');
  });

  test('that one stays, and ours gets another name', async () => {
    expect((await built(() => migrate(held.database))).slice(0, 3)).toEqual([
      'DROP INDEX CONCURRENTLY public.llm_call_logs_call_time_id_idx2',
      'CREATE INDEX CONCURRENTLY llm_call_logs_call_time_id_idx2',
      'CREATE INDEX CONCURRENTLY llm_call_logs_group_id_call_time_id_idx',
    ]);
    const { rows } = await held.client.query(
      `SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index
       WHERE indexrelid::regclass::text LIKE 'llm_call_logs_call_time_id_idx%' AND indisvalid ORDER BY 1`,
    );
    expect(rows.map(({ definition }) => /\(.*\)/.exec(definition)?.[0])).toEqual([
      '(call_time, id)',
      '(call_time DESC, id DESC)',
    ]);
  });
});

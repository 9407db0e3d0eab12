import { describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/migrating/migrate.js';
import { startBusyWriter } from '../support/busy-writer.js';
import { eventually } from '../support/eventually.js';
import { connect, useOlderDatabase } from '../support/older-database.js';
import { ODD_ROWS, OLDER_001 } from '../support/older-schemas.js';
import { CALL, INSERT_CALL } from '../support/older-statements.js';

const MANY_CALLS = `
  ${OLDER_001}
  INSERT INTO groups (name, "Cost Centre") VALUES ('older', 'C-1');
  INSERT INTO llm_configs (provider, base_url, model, api_key) VALUES ('openai', '', 'gpt-4', 'sk-older');
  INSERT INTO llm_prompt_templates (name, template) VALUES ('greeting', 'Say hello');
  INSERT INTO llm_call_logs (config_id, group_id, request_messages, status, call_time)
    SELECT 1, 1, jsonb_build_array(jsonb_build_object('role', 'user', 'content', 'parcel ' || number)), 'success',
      TIMESTAMP '2024-01-01' + number * INTERVAL '1 minute'
    FROM generate_series(1, 100000) AS numbers (number);
`;

describe('while a busy writer inserts, and another session is in a transaction on the log', () => {
  const held = useOlderDatabase(MANY_CALLS);

  test('migrating waits for the transaction and says so once, and no insert waits for long', async () => {
    const said: string[] = [];
    const other = await connect(held.url);
    await other.query(
      'BEGIN; UPDATE llm_call_logs SET duration_ms = 7 WHERE id = 5; SELECT count(*) FROM groups',
    );
    const writer = startBusyWriter(held.url, INSERT_CALL, Object.values(CALL));

    const migrated = migrate(held.database, (line) => said.push(line));
    await eventually(() => said.length > 0);
    const { rows } = await other.query('SELECT pg_backend_pid() AS pid');
    await other.query('COMMIT');
    await migrated;
    await other.end();

    const { inserted, failures } = await writer.stop();
    expect(failures).toEqual([]);
    expect(await held.client.query('SELECT count(*)::integer AS calls FROM llm_call_logs')).toMatchObject({
      rows: [{ calls: 100_000 + inserted }],
    });
    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(
          `^003_simplify_llm_configs waits for open transactions of other sessions, and tries again every second ` +
            `until they end: process ${rows[0].pid} \\(client backend, postgres, idle in transaction, ` +
            `since \\d\\d:\\d\\d:\\d\\d UTC\\) on groups, llm_call_logs.*\\. ` +
            `To end the oldest: SELECT pg_terminate_backend\\(${rows[0].pid}\\);$`,
        ),
      ),
    ]);
  });
});

describe('while another session reads from a snapshot', () => {
  const held = useOlderDatabase(OLDER_001 + ODD_ROWS);

  test('the building of indexes waits for it, and says so once', async () => {
    const said: string[] = [];
    const other = await connect(held.url);
    await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1');
    const migrated = migrate(held.database, (line) => said.push(line));
    await eventually(() => said.length > 0);
    const { rows } = await other.query('SELECT pg_backend_pid() AS pid');
    await other.query('COMMIT');
    await migrated;
    await other.end();
    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(
          `^005_call_log_indexes builds an index, and waits for a transaction that began before: process ${rows[0].pid} ` +
            `\\(client backend, postgres, idle in transaction, since .*\\)\\. ` +
            `To end it: SELECT pg_terminate_backend\\(${rows[0].pid}\\);$`,
        ),
      ),
    ]);
  });
});

describe('while a vacuum goes through the calls', () => {
  const held = useOlderDatabase('');

  test("the triggers of usage wait for it in nobody's way", async () => {
    await migrate(held.database);
    await held.client.query(
      `DROP TRIGGER llm_usage_update ON llm_call_logs; DELETE FROM mikro_orm_migrations WHERE name = '008_usage'`,
    );
    const said: string[] = [];
    const vacuum = await connect(held.url);
    await vacuum.query('BEGIN; LOCK TABLE llm_call_logs IN SHARE UPDATE EXCLUSIVE MODE');

    const migrated = migrate(held.database, (line) => said.push(line));
    const waitsFor = await eventually(async () => {
      const { rows } = await held.client.query<{ mode: string }>(
        `SELECT mode FROM pg_locks WHERE relation = 'llm_call_logs'::regclass AND NOT granted`,
      );
      return rows[0]?.mode;
    });
    await vacuum.query('COMMIT');
    // Which no writer waits for.
    expect(waitsFor).toBe('ShareUpdateExclusiveLock');
    expect(await migrated).toEqual(['008_usage']);
    expect(said).toEqual([]);
    await vacuum.end();
  });
});

describe('where the role of the database lets no statement take its time', () => {
  const held = useOlderDatabase(async (client) => {
    await client.query(MANY_CALLS);
    await client.query(
      `DO $$ BEGIN
         EXECUTE format('ALTER DATABASE %I SET statement_timeout = ''100ms''', current_database());
       END $$`,
    );
  });

  test('migrating still takes its time', async () => {
    await migrate(held.database);
    const { rows } = await held.client.query('SELECT FROM pg_index WHERE NOT indisvalid');
    expect(rows).toEqual([]);
  });
});

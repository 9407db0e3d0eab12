import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

const QUERY = `{
  consistency {
    checkedAt consistent risk markdown
    tables { table status columns { column databaseType entityProperty apiFields consistent } }
    findings { severity table column message advice }
  }
}`;

test('the report is served, with every table, its columns and the fields that use them', async () => {
  const { consistency } = await server.query(QUERY);
  expect(consistency).toMatchObject({ consistent: true, risk: 'NONE', findings: [] });
  expect(Math.abs(Date.parse(consistency.checkedAt) - Date.now())).toBeLessThan(60_000);
  expect(consistency.markdown).toContain('# Report: do the tables and the API agree?');
  expect(consistency.tables.map(({ table, status }: any) => [table, status])).toEqual([
    ['groups', 'CONSISTENT'],
    ['llm_access_tokens', 'CONSISTENT'],
    ['llm_call_log_idempotency_keys', 'CONSISTENT'],
    ['llm_call_logs', 'CONSISTENT'],
    ['llm_configs', 'CONSISTENT'],
    ['llm_key_rotations', 'CONSISTENT'],
    ['llm_server_secrets', 'CONSISTENT'],
    ['llm_usage_deltas', 'CONSISTENT'],
    ['llm_usage_rollups', 'CONSISTENT'],
    ['llm_usage_slices', 'CONSISTENT'],
    ['llm_usage_state', 'CONSISTENT'],
    ['llm_prompt_templates', 'DEPRECATED'],
  ]);
  const columnsOf = (name: string) =>
    consistency.tables.find(({ table }: any) => table === name).columns as any[];
  expect(columnsOf('llm_call_logs')).toHaveLength(16);
  const tokens = columnsOf('llm_call_logs').find(({ column }) => column === 'tokens_used');
  expect(tokens).toMatchObject({
    databaseType: 'integer',
    entityProperty: 'CallLog.tokensUsed',
    consistent: true,
  });
  expect(tokens.apiFields).toEqual(
    expect.arrayContaining([
      ...['CallLog.tokensUsed', 'CallLogFilter.tokensUsed', 'UsageTotals.tokensUsed'],
      ...['Mutation.recordCallLog', 'Mutation.recordCallLogs', 'Mutation.recordProxyCallLog'],
    ]),
  );
  for (const { apiFields } of columnsOf('llm_prompt_templates')) expect(apiFields).toEqual([]);
});

test('a finding is served with its place, what it means and what to do', async () => {
  await sql`ALTER TABLE llm_call_logs DROP COLUMN duration_ms`.execute(server.database.sql);
  const { consistency } = await server.query(QUERY);
  expect(consistency).toMatchObject({ consistent: false, risk: 'HIGH' });
  expect(consistency.findings).toEqual([
    {
      severity: 'HIGH',
      table: 'llm_call_logs',
      column: 'duration_ms',
      message:
        'llm_call_logs has no column duration_ms, which the property CallLog.durationMs stands for. Whatever reads or writes it fails.',
      advice: 'Put it back: ALTER TABLE llm_call_logs ADD COLUMN duration_ms integer;',
    },
  ]);
  const logs = consistency.tables.find(({ table }: any) => table === 'llm_call_logs');
  expect(logs.status).toBe('INCONSISTENT');
  expect(logs.columns.at(-1)).toMatchObject({
    column: 'duration_ms',
    databaseType: null,
    consistent: false,
  });
  await sql`ALTER TABLE llm_call_logs ADD COLUMN duration_ms integer`.execute(server.database.sql);
  expect((await server.query(QUERY)).consistency).toMatchObject({ consistent: true, findings: [] });
});

import { describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/migrating/migrate.js';
import { migrations } from '../../src/database/migrating/migrations.js';
import { useOlderDatabase } from '../support/older-database.js';
import { structureOf } from '../support/structure.js';

const CALL_LOG_COLUMNS = [
  "id bigint NOT NULL DEFAULT nextval('llm_call_logs_id_seq'::regclass)",
  'config_id integer',
  'template_id integer',
  'group_id integer',
  'activation_code character varying(32)',
  'request_messages jsonb NOT NULL',
  'request_params jsonb',
  'response_content text',
  'response_data jsonb',
  'status character varying(20) NOT NULL',
  'error_message text',
  'tokens_used integer',
  'prompt_tokens integer',
  'completion_tokens integer',
  'call_time timestamp without time zone DEFAULT CURRENT_TIMESTAMP',
  'duration_ms integer',
];
const CONFIG_COLUMNS = [
  "id integer NOT NULL DEFAULT nextval('llm_configs_id_seq'::regclass)",
  'api_key text NOT NULL',
  'updated_at timestamp without time zone DEFAULT CURRENT_TIMESTAMP',
];

describe('an empty database that is migrated', () => {
  const held = useOlderDatabase('');

  test("gets the log and the configuration with the report's columns, and no others", async () => {
    expect(await migrate(held.database)).toEqual(migrations.map(({ name }) => name));
    expect(await columnsOf('llm_call_logs')).toEqual(CALL_LOG_COLUMNS);
    expect(await columnsOf('llm_configs')).toEqual(CONFIG_COLUMNS);
  });

  test('refers from calls to groups, and to no configuration and no template', async () => {
    const { constraints } = await structureOf(held.client);
    expect(constraints.filter((line) => line.includes('FOREIGN KEY'))).toEqual([
      'llm_call_logs FOREIGN KEY (group_id) REFERENCES groups(id)',
    ]);
  });

  test('takes success and error as statuses only', async () => {
    const insert = "INSERT INTO llm_call_logs (request_messages, status) VALUES ('[]', 'pending')";
    await expect(held.client.query(insert)).rejects.toThrow('llm_call_logs_status_check');
  });

  test('is left as it is by migrating again', async () => {
    const structure = await structureOf(held.client);
    expect(await migrate(held.database)).toEqual([]);
    expect(await structureOf(held.client)).toEqual(structure);
  });

  async function columnsOf(table: string): Promise<string[]> {
    const { rows } = await held.client.query<{ line: string }>(
      `SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END,
         'DEFAULT ' || pg_get_expr(adbin, adrelid)) AS line
       FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [table],
    );
    return rows.map(({ line }) => line);
  }
});

import { beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/migrating/migrate.js';
import { migrations } from '../../src/database/migrating/migrations.js';
import { ask } from '../support/ask.js';
import { connect, useOlderDatabase, type OlderDatabase } from '../support/older-database.js';
import { leaveInvalidIndex, ODD_ROWS, OLDER_001, OLDER_003, OTHER_NAMES } from '../support/older-schemas.js';
import { contentsOf, structureOf, type Structure } from '../support/structure.js';

const NAMES = migrations.map(({ name }) => name);

let onEmpty: Structure;

beforeAll(async () => {
  const client = await connect(process.env['TEST_POSTGRES_URL'] ?? '');
  onEmpty = await structureOf(client);
  await client.end();
});

/** The tests that hold wherever a database comes from. */
function isAdopted(held: OlderDatabase, path?: string): void {
  let before: unknown;
  let migrated: Structure;

  beforeAll(async () => {
    before = await contentsOf(held.client);
    expect(await migrate(held.database)).toEqual(NAMES);
    // So that nothing is printed with its schema.
    if (path !== undefined) await held.client.query(`SET search_path = ${path}`);
    migrated = await structureOf(held.client);
  });

  test('ends in the structure that an empty one ends in', () => {
    expect(migrated).toEqual(onEmpty);
  });

  test('keeps every row and every value', async () => {
    expect(await contentsOf(held.client)).toEqual(before);
  });

  test('is left as it is by migrating again, also where the record of migrations is lost', async () => {
    expect(await migrate(held.database)).toEqual([]);
    await held.client.query('DELETE FROM mikro_orm_migrations');
    expect(await migrate(held.database)).toEqual(NAMES);
    expect(await structureOf(held.client)).toEqual(migrated);
    expect(await contentsOf(held.client)).toEqual(before);
  });
}

describe('a database that the older backend made with its first migration', () => {
  isAdopted(useOlderDatabase(OLDER_001 + ODD_ROWS));
});

describe('one that the older backend simplified afterwards', () => {
  isAdopted(useOlderDatabase(OLDER_001 + ODD_ROWS + OLDER_003));
});

describe('one whose constraints and indexes have other names, with one index left unfinished', () => {
  const held = useOlderDatabase(async (client) => {
    await client.query(OLDER_001 + ODD_ROWS + OTHER_NAMES);
    await leaveInvalidIndex(client, 'llm_call_logs_text_idx');
  });
  isAdopted(held);

  test('lets the product write beside columns that it does not know', async () => {
    const answers = await ask(
      held.database,
      'mutation { recordCallLog(input: { requestMessages: [], status: SUCCESS, groupId: 2 }) { groupId } }',
      'mutation { rotateApiKey(input: { newApiKey: "sk-brand-new-key" }) { __typename } }',
    );
    expect(answers).toEqual([
      { data: { recordCallLog: { groupId: '2' } } },
      { data: { rotateApiKey: { __typename: 'ApiKeyRotated' } } },
    ]);
  });
});

describe('one whose tables stand in the second schema of the search path, and pg_trgm in none of it', () => {
  const held = useOlderDatabase(
    async (client) => {
      await client.query(`SET search_path = legacy; ${OLDER_001} ${ODD_ROWS}`);
      await client.query('CREATE SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions');
      await client.query('SET search_path = app, legacy');
    },
    ['app', 'legacy'],
  );
  isAdopted(held, 'app, legacy, extensions');

  test('gets no second table of a name that is there', async () => {
    const { rows } = await held.client.query(
      `SELECT relnamespace::regnamespace::text AS schema, array_agg(relname::text ORDER BY relname) AS tables
       FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('app', 'legacy', 'public')
       GROUP BY 1 ORDER BY 1`,
    );
    const app = [
      'llm_access_tokens',
      'llm_call_log_idempotency_keys',
      'llm_key_rotations',
      'llm_server_secrets',
      'llm_usage_deltas',
      'llm_usage_rollups',
      'llm_usage_slices',
      'llm_usage_state',
      'mikro_orm_migrations',
    ];
    const legacy = ['groups', 'llm_call_logs', 'llm_configs', 'llm_prompt_templates'];
    expect(rows).toEqual([
      { schema: 'app', tables: app },
      { schema: 'legacy', tables: legacy },
    ]);
  });
});

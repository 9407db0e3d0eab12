import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '../../src/database/database.js';
import { migrate, refusePendingMigrations } from '../../src/database/migrating/migrate.js';
import { migrations } from '../../src/database/migrating/migrations.js';
import { refuseMissingPrivileges } from '../../src/database/privileges.js';
import { entities } from '../../src/entities.js';
import { ask, askWith } from '../support/ask.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { connect, useOlderDatabase, withSearchPath } from '../support/older-database.js';
import { OLDER_001 } from '../support/older-schemas.js';

const NAMES = migrations.map(({ name }) => name);

/** Each writes to, or reads from, every table that serving uses. */
const WORK = [
  'mutation { createGroup(name: "makers") { id } }',
  `mutation { recordCallLog(input: {
    groupId: 1, status: SUCCESS, requestMessages: [{ role: "user", content: "Où est le colis ?" }], idempotencyKey: "once"
  }) { id group { name } } }`,
  'mutation { rotateApiKey(input: { newApiKey: "sk-of-this-schema" }) { __typename } }',
  '{ callLogs(filter: { text: "COLIS" }) { totalCount nodes { id group { name } } } }',
  '{ usage { totals { calls } byGroup { group { name } usage { totals { calls } } } } }',
  '{ groups { nodes { name } } llmConfig { apiKeyHint rotations { id } } }',
];
const WORK_DONE = [
  { data: { createGroup: { id: '1' } } },
  { data: { recordCallLog: { id: '1', group: { name: 'makers' } } } },
  { data: { rotateApiKey: { __typename: 'ApiKeyRotated' } } },
  { data: { callLogs: { totalCount: 1, nodes: [{ id: '1', group: { name: 'makers' } }] } } },
  {
    data: {
      usage: {
        totals: { calls: 1 },
        byGroup: [{ group: { name: 'makers' }, usage: { totals: { calls: 1 } } }],
      },
    },
  },
  {
    data: {
      groups: { nodes: [{ name: 'makers' }] },
      llmConfig: { apiKeyHint: '…hema', rotations: [{ id: '1' }] },
    },
  },
];

describe('two schemas of one database, without public', () => {
  let plain: string;
  const databases: Record<string, Database> = {};

  beforeAll(async () => {
    plain = await createTestDatabase({ migrated: false });
    const client = await connect(plain);
    await client.query('DROP SCHEMA public; CREATE SCHEMA first; CREATE SCHEMA second');
    await client.end();
    for (const schema of ['first', 'second', 'missing']) {
      databases[schema] = await openDatabase(withSearchPath(plain, schema), entities, 3);
    }
  });
  afterAll(async () => {
    for (const database of Object.values(databases)) await database.close();
    await dropTestDatabase(plain);
  });

  test.each(['first', 'second'])('%s is migrated and serves on its own', async (schema) => {
    const database = databases[schema]!;
    await expect(refusePendingMigrations(database)).rejects.toThrow('lacks the migrations 001_init_schema');
    expect(await migrate(database)).toEqual(NAMES);
    expect(await migrate(database)).toEqual([]);
    await refusePendingMigrations(database);
    await refuseMissingPrivileges(database);
    expect(await ask(database, ...WORK)).toEqual(WORK_DONE);
  });

  test('a schema that is not there is refused in a sentence', async () => {
    await expect(migrate(databases['missing']!)).rejects.toThrow(/^No schema of the search path is there/);
  });
});

describe('tables of the older backend in the second schema of the search path', () => {
  const held = useOlderDatabase(`SET search_path = legacy; ${OLDER_001}`, ['app', 'legacy']);

  test('are served, beside the tables of the product in the first', async () => {
    await migrate(held.database);
    await refuseMissingPrivileges(held.database);
    expect(await askWith({ keyStorage: 'plaintext' }, held.database, ...WORK)).toEqual(WORK_DONE);
    const { rows } = await held.client.query('SELECT api_key, provider FROM legacy.llm_configs');
    expect(rows).toEqual([{ api_key: 'sk-of-this-schema', provider: null }]);
  });
});

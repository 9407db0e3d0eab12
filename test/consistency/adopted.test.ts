import { beforeAll, describe, expect, test } from '@jest/globals';
import { API_USE } from '../../src/consistency/api-use.js';
import { createCheck } from '../../src/consistency/check.js';
import { migrate } from '../../src/database/migrating/migrate.js';
import { Risk } from '../../src/database/structure/finding.js';
import { createSchema } from '../../src/schema.js';
import { ask } from '../support/ask.js';
import { useOlderDatabase } from '../support/older-database.js';
import { ODD_ROWS, OLDER_001, OLDER_003, OTHER_NAMES } from '../support/older-schemas.js';

describe.each([
  { made: 'with its first migration', schema: OLDER_001 + ODD_ROWS },
  { made: 'and simplified afterwards', schema: OLDER_001 + ODD_ROWS + OLDER_003 },
  { made: 'with names of its own', schema: OLDER_001 + ODD_ROWS + OTHER_NAMES },
])('a database that the older backend made $made', ({ schema }) => {
  const older = useOlderDatabase(schema);

  test('has findings before it is migrated, and none but of low risk afterwards', async () => {
    const check = createCheck(older.database, await createSchema(), API_USE);
    expect((await check()).risk).toBe('HIGH');
    await migrate(older.database);
    const { findings } = await check();
    expect(findings.filter(({ risk }) => risk !== Risk.LOW)).toEqual([]);
    expect(findings.map(({ column }) => column)).toEqual(expect.arrayContaining(['Cost Centre', 'rank']));
  });
});

describe('a database whose group names are short', () => {
  const older = useOlderDatabase(OLDER_001.replace('name TEXT NOT NULL', 'name VARCHAR(10) NOT NULL UNIQUE'));

  beforeAll(() => migrate(older.database));

  test('is told to be so', async () => {
    const { findings } = await createCheck(older.database, await createSchema(), API_USE)();
    expect(findings.filter(({ risk }) => risk !== Risk.LOW)).toMatchObject([
      { kind: 'COLUMN_LENGTH', risk: 'MEDIUM', table: 'groups', column: 'name' },
    ]);
    expect(findings.map(({ kind }) => kind)).toContain('INDEX_EXTRA_UNIQUE');
  });

  test('takes a short name, and refuses a longer one with what is wrong', async () => {
    const [short, long] = await ask(
      older.database,
      'mutation { createGroup(name: "0123456789") { name } }',
      'mutation { createGroup(name: "01234567890") { name } }',
    );
    expect(short).toEqual({ data: { createGroup: { name: '0123456789' } } });
    expect(long).toMatchObject({
      errors: [
        {
          message: 'name is too long for this database.',
          extensions: { code: 'BAD_USER_INPUT', argument: 'name' },
        },
      ],
    });
  });
});

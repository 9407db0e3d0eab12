import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { PREPARED } from '../../src/database/prepared.js';
import { useTestDatabase } from '../support/database.js';

const held = useTestDatabase();

test('a statement that is marked stays prepared, and gives the same each time', async () => {
  await held.database.sql.connection().execute(async (connection) => {
    const add = (one: number) => sql<{ sum: number }>`${PREPARED} SELECT ${one}::integer + 1 AS sum`;
    for (const one of [1, 2, 3])
      expect((await add(one).execute(connection)).rows).toEqual([{ sum: one + 1 }]);
    const kept = await sql<{ statement: string }>`SELECT statement FROM pg_prepared_statements`.execute(
      connection,
    );
    expect(kept.rows).toEqual([{ statement: expect.stringContaining('+ 1 AS sum') }]);
  });
});

test('one whose column has another type since is answered all the same', async () => {
  await held.database.sql.connection().execute(async (connection) => {
    const statement = sql<{ name: string }>`${PREPARED} SELECT name FROM groups`;
    await sql`INSERT INTO groups (name) VALUES ('search')`.execute(connection);
    await statement.execute(connection);
    await sql`ALTER TABLE groups ALTER COLUMN name TYPE varchar(100)`.execute(connection);
    expect((await statement.execute(connection)).rows).toEqual([{ name: 'search' }]);
  });
});

test('one that the database refuses fails as it would without', async () => {
  const statement = sql`${PREPARED} SELECT 1 / ${0}::integer`.execute(held.database.sql);
  await expect(statement).rejects.toMatchObject({ code: '22012' });
});

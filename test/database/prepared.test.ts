import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { prepared } from '../../src/database/prepared.js';
import { useTestDatabase } from '../support/database.js';

const held = useTestDatabase();

test('a statement that is to be kept stays prepared, under its name, and gives the same each time', async () => {
  await held.database.sql.connection().execute(async (connection) => {
    const add = (one: number) => prepared('sum', sql<{ sum: number }>`SELECT ${one}::integer + 1 AS sum`);
    for (const one of [1, 2, 3])
      expect((await add(one).execute(connection)).rows).toEqual([{ sum: one + 1 }]);
    const kept = await sql<{ name: string }>`SELECT name FROM pg_prepared_statements`.execute(connection);
    expect(kept.rows).toEqual([{ name: expect.stringMatching(/^sum /) }]);
  });
});

test('one whose column has another type since is answered all the same', async () => {
  await held.database.sql.connection().execute(async (connection) => {
    const statement = prepared('names', sql<{ name: string }>`SELECT name FROM groups`);
    await sql`INSERT INTO groups (name) VALUES ('search')`.execute(connection);
    await statement.execute(connection);
    await sql`ALTER TABLE groups ALTER COLUMN name TYPE varchar(100)`.execute(connection);
    expect((await statement.execute(connection)).rows).toEqual([{ name: 'search' }]);
  });
});

test('one that the database refuses fails as it would without', async () => {
  const statement = prepared('quotient', sql`SELECT 1 / ${0}::integer`).execute(held.database.sql);
  await expect(statement).rejects.toMatchObject({ code: '22012' });
});

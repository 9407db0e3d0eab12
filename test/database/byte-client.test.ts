import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { asBytes } from '../../src/database/byte-client.js';
import { decode, encode } from '../../src/database/byte-text.js';
import { useTestDatabase } from '../support/database.js';

const held = useTestDatabase();

/** What PostgreSQL takes: anything but NUL. */
const text = fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', ' '));

test('any text comes back as it was sent, alone, in a list, and in JSON', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (sent) => {
      const { rows } = await sql`SELECT ${sent}::text AS alone, ARRAY[${sent}::text] AS list,
        jsonb_build_object('is', ${sent}::text)::text AS json`.execute(held.database.sql);
      expect(rows).toEqual([{ alone: sent, list: [sent], json: expect.any(String) }]);
      expect(JSON.parse((rows[0] as { json: string }).json)).toEqual({ is: sent });
    }),
    { numRuns: 50 },
  );
});

test('of a text that is asked for as bytes, each byte in UTF-8 comes as a character', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (sent) => {
      const { rows } = await sql<{ bytes: string }>`
        SELECT ${sql.raw(asBytes('given'))} AS bytes FROM (SELECT ${sent}::text AS given) AS one`.execute(
        held.database.sql,
      );
      expect(rows).toEqual([{ bytes: Buffer.from(sent).toString('latin1') }]);
      expect(rows).toEqual([{ bytes: encode(sent) }]);
      expect(decode(encode(sent))).toBe(sent);
    }),
    { numRuns: 50 },
  );
});

test('a text longer than what a connection reads at once comes back whole', async () => {
  const { rows } = await sql`SELECT repeat('Größe 大小 ', 100000) AS long`.execute(held.database.sql);
  expect(rows).toEqual([{ long: 'Größe 大小 '.repeat(100_000) }]);
});

test('what PostgreSQL says of an error can be read', async () => {
  const statement = sql`SELECT ${'größer als 大'}::text::integer`.execute(held.database.sql);
  await expect(statement).rejects.toThrow('invalid input syntax for type integer: "größer als 大"');
});

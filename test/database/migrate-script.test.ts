import { describe, expect, test } from '@jest/globals';
import { parse } from 'libpg-query';
import type { Client } from 'pg';
import { migrate, refusePendingMigrations } from '../../src/database/migrating/migrate.js';
import { migrationScript } from '../../src/database/migrating/migration-script.js';
import { migrationStatus } from '../../src/database/migrating/migration-record.js';
import { useOlderDatabase, type OlderDatabase } from '../support/older-database.js';
import { leaveInvalidIndex, ODD_ROWS, OLDER_001, OTHER_NAMES } from '../support/older-schemas.js';
import { contentsOf, structureOf } from '../support/structure.js';

/** Everything in the catalogues that a migration could change. */
async function catalogue(client: Client): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT oid::text, xmin::text FROM pg_class UNION ALL SELECT oid::text, xmin::text FROM pg_proc
     UNION ALL SELECT oid::text, xmin::text FROM pg_constraint UNION ALL SELECT oid::text, xmin::text FROM pg_extension
     UNION ALL SELECT attrelid || '.' || attnum, xmin::text FROM pg_attribute ORDER BY 1, 2`,
  );
  return rows;
}

/** Runs a script as psql does, one statement after the other. */
async function runAsPsql(client: Client, script: string): Promise<void> {
  const bytes = Buffer.from(script.replace(/^\\.*\n/gm, ''));
  const { stmts } = (await parse(bytes.toString())) as {
    stmts: { stmt_location?: number; stmt_len?: number }[];
  };
  for (const { stmt_location: start = 0, stmt_len: length } of stmts) {
    await client.query(bytes.toString('utf8', start, length === undefined ? undefined : start + length));
  }
}

function isScripted(prepare: (client: Client) => Promise<unknown>, searchPath: string[] = []): void {
  const scripted: OlderDatabase = useOlderDatabase(prepare, searchPath);
  const migrated: OlderDatabase = useOlderDatabase(prepare, searchPath);

  test('changes nothing, and run through psql it leaves what migrating leaves', async () => {
    const [structure, rows] = [
      await catalogue(scripted.client),
      await contentsOf(scripted.client).catch(() => null),
    ];
    const script = (await migrationScript(scripted.database)) ?? '';
    expect(await catalogue(scripted.client)).toEqual(structure);

    await runAsPsql(scripted.client, script);
    await migrate(migrated.database);
    expect(await structureOf(scripted.client)).toEqual(await structureOf(migrated.client));
    if (rows !== null) expect(await contentsOf(scripted.client)).toEqual(rows);

    await refusePendingMigrations(scripted.database);
    expect(await migrate(scripted.database)).toEqual([]);
    expect((await migrationStatus(scripted.database)).join('\n')).not.toContain('pending');
    expect(await migrationScript(scripted.database)).toBeUndefined();
  });
}

describe('the script of an empty database', () => {
  isScripted(() => Promise.resolve());
});

describe('the script of a database of the older backend', () => {
  isScripted((client) => client.query(OLDER_001 + ODD_ROWS));
});

describe('the script of one with other names, an unfinished index and two schemas', () => {
  isScripted(
    async (client) => {
      await client.query(`SET search_path = "Le gacy"; ${OLDER_001} ${ODD_ROWS} ${OTHER_NAMES}`);
      await leaveInvalidIndex(client, 'llm_call_logs_text_idx');
      await client.query('RESET search_path');
    },
    ['app', '"Le gacy"'],
  );
});

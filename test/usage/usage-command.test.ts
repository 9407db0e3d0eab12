import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { rebuildRollups } from '../../src/usage/rollups/rebuild.js';
import { useTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { runCli } from '../support/processes.js';
import { findDifferences, insertManyCalls, keepAllKinds, runUsage, SMALL_BATCH } from './kept-usage.js';

const held = useTestDatabase();

beforeEach(() => keepAllKinds(held.database));

const run = (...args: string[]) => runUsage(held.url, ...args);

test('verify says that there is no difference, and status what it found and when', async () => {
  expect((await run('status')).stdout).toMatch(
    /^The rollups are complete; usage is read from them\.\n\d+ changes not moved into them yet\.\nThey have not been verified/,
  );
  expect(await run('verify')).toEqual({
    ...{ code: 0, stderr: '' },
    stdout: 'No difference: the rollups of 4 months are what the calls add up to.\n',
  });
  expect((await run('status')).stdout).toMatch(/\nLast verified at 20\d\d-.*Z: 0 wrong rollups\.\n$/);
});

test('verify prints the first differences and how many more there are, with exit code 1, until a rebuild', async () => {
  await sql`UPDATE llm_usage_rollups SET calls = calls + 1 WHERE unit = 1`.execute(held.database.sql);
  const wrong = await findDifferences(held.database);
  const { code, stdout, stderr } = await run('verify');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(22);
  for (const line of lines.slice(0, 20))
    expect(line).toMatch(/^\w+, quarter hour from .* UTC, .*: calls is \d+, should be \d+$/);
  expect(lines[20]).toBe(`… and ${wrong.length - 20} more rollups.`);
  expect(lines[21]).toMatch(
    new RegExp(`^${wrong.length} rollups in 4 months are not what .*npm run usage -- rebuild`),
  );
  expect((await run('status')).stdout).toContain(`: ${wrong.length} wrong rollups.`);

  expect(await run('rebuild')).toEqual({ code: 0, stdout: 'The rollups are made anew.\n', stderr: '' });
  expect((await run('status')).stdout).toMatch(/\n0 changes not moved .*\nThey have not been verified since/);
  expect(await findDifferences(held.database)).toEqual([]);
});

test('a range is widened to months, says so, leaves others alone and is not recorded', async () => {
  await sql`UPDATE llm_usage_rollups SET calls = calls + 1 WHERE unit = 5 AND bucket = '2024-04-01'`.execute(
    held.database.sql,
  );
  expect(await run('verify', '--from', '2024-05-20T00:00:00+08:00', '--to', '2024-05-21T00:00:00Z')).toEqual({
    ...{ code: 0, stderr: '' },
    stdout:
      'Whole calendar months in UTC are compared: from 2024-05 to 2024-05, inclusive.\nNo difference: the rollups of 1 month are what the calls add up to.\n',
  });
  expect((await run('verify', '--from', '2024-05-01T00:00:00Z')).code).toBe(0);
  expect((await run('verify', '--to', '2024-05-01T00:00:00Z')).stdout).toMatch(
    /^Whole .*: to 2024-04, inclusive\.\n.*month from 2024-04-01/,
  );
  expect((await run('verify', '--from', '2024-05-01T07:59:59.999999+08:00')).code).toBe(1);
  const { rows } = await sql`SELECT verified_at FROM llm_usage_state`.execute(held.database.sql);
  expect(rows).toEqual([{ verified_at: null }]);
});

test.each([
  [['--from', '2024-05-01'], /^--from: "2024-05-01" is no date-time; write RFC 3339/],
  [
    ['--from', '2024-05-01T00:00:00Z', '--to', '2024-05-01T00:00:00Z'],
    /^There is no time between --from and --to/,
  ],
])('what cannot be looked for gives exit code 2: %j', async (args, said) => {
  expect(await run('verify', ...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(said) });
});

test('while the rollups are not complete, and where nothing can be reached, the exit code is 2', async () => {
  await sql`UPDATE llm_usage_state SET complete = false`.execute(held.database.sql);
  expect(await run('verify')).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: expect.stringMatching(
      /^The rollups of usage are not complete.*A running server fills them.*rebuild/,
    ),
  });
  expect((await run('status')).stdout).toMatch(
    /^The rollups are not complete, and usage is read from the calls/,
  );
  const nowhere = await runUsage('postgres://nobody:secret@127.0.0.1:1/none', 'verify');
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('No PostgreSQL answers there') });
});

test('a rebuild that ends midway, then is killed, then interrupted, then run again, is exact, and never half', async () => {
  await insertManyCalls(held.database);
  await sql`UPDATE llm_usage_rollups SET calls = calls + 1`.execute(held.database.sql);
  const state = async () => {
    const { rows } = await sql<{ complete: boolean; isMidway: boolean }>`
      SELECT complete, next_block IS NOT NULL AS "isMidway" FROM llm_usage_state`.execute(held.database.sql);
    return rows[0];
  };
  const changeCalls = async () => {
    await sql`UPDATE llm_call_logs SET tokens_used = 5 WHERE id % 1000 = 75`.execute(held.database.sql);
    await sql`DELETE FROM llm_call_logs WHERE id % 1000 = 100`.execute(held.database.sql);
  };
  const told: number[] = [];
  const endMidway = (done: number) => {
    if (done > 0) throw new Error('midway');
    told.push(done);
  };
  await expect(rebuildRollups(held.database, endMidway, SMALL_BATCH)).rejects.toThrow('midway');
  expect(told).toEqual([0]);
  expect(await state()).toEqual({ complete: false, isMidway: true });
  await changeCalls();
  expect((await run('verify')).code).toBe(2);

  /** Ends the command by a signal, when the old rollups are gone and the new ones are being filled. */
  const endBySignal = async (signal: NodeJS.Signals) => {
    const running = await held.database.sql.transaction().execute(async (transaction) => {
      // The filling waits for this.
      await sql`LOCK TABLE llm_usage_deltas IN SHARE MODE`.execute(transaction);
      const command = runCli(['usage', 'rebuild'], { DATABASE_URL: held.url });
      await eventually(async () => {
        const { rows } = await sql`SELECT FROM pg_locks WHERE NOT granted`.execute(transaction);
        return rows.length > 0;
      });
      // It began anew, instead of where the one before it ended.
      expect(await state()).toEqual({ complete: false, isMidway: false });
      command.signal(signal);
      await command.ended;
      return command;
    });
    expect(running.stdout()).toBe('');
    await changeCalls();
    await expect(findDifferences(held.database)).rejects.toThrow('are not complete');
    return running.ended;
  };
  expect(await endBySignal('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await endBySignal('SIGINT')).toEqual({ code: 130, signal: null });
  expect((await run('rebuild')).code).toBe(0);
  expect(await findDifferences(held.database)).toEqual([]);
});

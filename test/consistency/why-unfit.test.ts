import { expect, jest, test } from '@jest/globals';
import type { Check } from '../../src/consistency/check.js';
import type { Report } from '../../src/consistency/report.js';
import { whyUnfit } from '../../src/consistency/why-unfit.js';
import { fromDate } from '../../src/database/timestamp.js';
import { Risk } from '../../src/database/structure/finding.js';
import { eventually } from '../support/eventually.js';

const SOUND: Report = {
  checkedAt: fromDate(new Date()),
  complete: true,
  risk: Risk.NONE,
  migrations: [{ name: '001_init_schema', ranAt: '2026-01-01T00:00:00Z' }],
  tables: [],
  findings: [],
};
const PENDING = { ...SOUND, risk: Risk.HIGH, migrations: [{ name: '001_init_schema', ranAt: null }] };
const BROKEN = { ...SOUND, risk: Risk.HIGH };
const IN_PART = { ...BROKEN, complete: false, migrations: [] };

const TABLES = 'The tables are not what this version needs; "npm run check" says what is wrong.';

/** Asks about checks that end in turn as is given; the last one again and again. */
function unfitBy(...checks: (() => Promise<Report>)[]) {
  const check = jest.fn<Check>(() => (checks.length > 1 ? checks.shift()! : checks[0]!)());
  const failures: unknown[] = [];
  return { check, failures, ask: whyUnfit(check, (error) => failures.push(error)) };
}

const ends = (report: Report) => () => Promise.resolve(report);
const fails = () => Promise.reject(new Error('It is no use.'));
const never = () => new Promise<never>(() => undefined);

test.each([
  ['nothing for tables as they should be', SOUND, null],
  ['nothing for findings of less than high risk', { ...SOUND, risk: Risk.MEDIUM }, null],
  ['the migration that is pending', PENDING, 'A migration is pending; run "npm run migrate".'],
  ['the tables that are not as they should be', BROKEN, TABLES],
])('the reason is %s', async (_, report, reason) => {
  expect(await unfitBy(ends(report)).ask()).toBe(reason);
});

test('a check that cannot be made is no reason, and is told of', async () => {
  const { ask, failures } = unfitBy(fails);
  expect(await ask()).toBeNull();
  expect(failures).toEqual([new Error('It is no use.')]);
});

test('a check that could not be made in full is no reason', async () => {
  expect(await unfitBy(ends(IN_PART)).ask()).toBeNull();
});

test('a check that does not end is no reason, and no other one is begun', async () => {
  const { ask, check } = unfitBy(never);
  expect(await Promise.all([ask(), ask()])).toEqual([null, null]);
  expect(check).toHaveBeenCalledTimes(1);
});

test('asked again soon, it makes no check', async () => {
  const { ask, check } = unfitBy(ends(BROKEN), ends(SOUND));
  expect([await ask(), await ask()]).toEqual([TABLES, TABLES]);
  expect(check).toHaveBeenCalledTimes(1);
});

test('what was found counts until a complete check finds otherwise', async () => {
  const [mended, ...others] = [ends(SOUND), fails, ends(IN_PART), never].map((next) =>
    unfitBy(ends(BROKEN), next),
  );
  for (const { ask } of [mended!, ...others]) expect(await ask()).toBe(TABLES);
  const unmended = others.map(({ ask, check }) =>
    eventually(async () => {
      expect(await ask()).toBe(TABLES);
      return check.mock.calls.length === 2;
    }),
  );
  await Promise.all([eventually(async () => (await mended!.ask()) === null), ...unmended]);
});

import { sql, type RawBuilder } from 'kysely';
import type { Timestamp } from '../database/timestamp.js';
import { SUMS, type Sum } from './rollups/sums.js';

/** Aggregates to select of each slice: of its calls, or of the cells that they are rolled up in. */
export interface FigureColumns {
  calls: RawBuilder<unknown>;
  cells: RawBuilder<unknown>;
}

type ListedSum = (typeof SUMS)[number];
type CountName = 'calls' | keyof typeof STATUS_COUNTS;
type SumName = Extract<ListedSum, { total: string }>['total'];
type MeanName = Extract<ListedSum, { mean: object }>['mean']['name'];

/** What the calls of a slice add up to: numbers of calls, sums, and means, which are null where no call has a value. */
export interface Totals extends Record<CountName | SumName, number>, Record<MeanName, number | null> {
  /** Undefined where rollups gave the others, which do not know. */
  callTimes?: CallTimes | undefined;
}

/** When the first and the last call of a slice were made; null where it has none. */
export interface CallTimes {
  firstCallTime: Timestamp | null;
  lastCallTime: Timestamp | null;
}

export const NO_CALLS: CallTimes = { firstCallTime: null, lastCallTime: null };

/** How many calls have which status. */
const STATUS_COUNTS = { successes: 'success', errors: 'error' };

const byStatus = Object.entries(STATUS_COUNTS).map(([name, status]) => ({
  name,
  only: `FILTER (WHERE status = '${status}')`,
}));
const sums: readonly Sum[] = SUMS;
const totals = sums.flatMap(({ column, ofCall, total }) => (total ? [{ column, ofCall, name: total }] : []));
const means = sums.flatMap(({ column, ofCall, mean }) => (mean ? [{ column, ofCall, ...mean }] : []));

const WHOLE_NUMBERS = ['calls', ...byStatus.map(({ name }) => name), ...totals.map(({ name }) => name)];
const MEANS = means.map(({ name }) => name);

/** The number of calls alone. */
export const CALL_COUNT: FigureColumns = {
  calls: sql`count(*) AS "calls"`,
  cells: sql`sum(calls) AS "calls"`,
};

/** All of {@link Totals}. */
export const TOTALS: FigureColumns = {
  calls: columns([
    'count(*) AS "calls"',
    ...byStatus.map(({ name, only }) => `count(*) ${only} AS "${name}"`),
    ...totals.map(({ name, ofCall }) => `coalesce(sum(${ofCall}), 0) AS "${name}"`),
    ...means.map(({ name, ofCall }) => `avg(${ofCall}) AS "${name}"`),
    'min(call_time) AS "firstCallTime"',
    'max(call_time) AS "lastCallTime"',
  ]),
  cells: columns([
    'sum(calls) AS "calls"',
    ...byStatus.map(({ name, only }) => `coalesce(sum(calls) ${only}, 0) AS "${name}"`),
    ...totals.map(({ name, column }) => `sum(${column}) AS "${name}"`),
    ...means.map(({ name, column, count }) => `sum(${column}) / nullif(sum(${count}), 0) AS "${name}"`),
  ]),
};

/** The totals in a row of {@link TOTALS}; PostgreSQL gives sums and means as numeric, which arrive as text. */
export function totalsIn(row: Record<string, unknown>): Totals {
  const figures: Record<string, unknown> = {};
  for (const name of WHOLE_NUMBERS) figures[name] = Number(row[name]);
  for (const name of MEANS) figures[name] = row[name] === null ? null : Number(row[name]);
  figures['callTimes'] = row['firstCallTime'] === undefined ? undefined : row;
  return figures as unknown as Totals;
}

/** The totals of no call. */
export const NO_TOTALS = totalsIn({
  ...Object.fromEntries(WHOLE_NUMBERS.map((name) => [name, 0])),
  ...Object.fromEntries(MEANS.map((name) => [name, null])),
  ...NO_CALLS,
});

function columns(list: string[]): RawBuilder<unknown> {
  return sql.raw(list.join(', '));
}

import type { ArgumentReader, CostHints } from '../graphql/limits/cost-hints.js';
import { SCAN_COST } from '../graphql/limits/cost-hints.js';
import { MAX_BUCKETS } from './series.js';
import { TimeInterval } from './time-buckets.js';

const DAY = 86_400_000;

const LENGTHS: Record<string, number> = {
  [TimeInterval.MINUTE]: 60_000,
  [TimeInterval.QUARTER_HOUR]: 900_000,
  [TimeInterval.HOUR]: 3_600_000,
  [TimeInterval.DAY]: DAY,
  [TimeInterval.WEEK]: 7 * DAY,
  [TimeInterval.MONTH]: 30 * DAY,
  [TimeInterval.QUARTER]: 91 * DAY,
  [TimeInterval.YEAR]: 365 * DAY,
};

/** The stretch of time that is assumed where no filter bounds callTime: the cost is computed before any call is read. */
const UNBOUNDED = 365 * DAY;

/** A series costs as much as it has buckets, in the callTime that a filter bounds, else in a year. */
export const SERIES_COSTS: CostHints = {
  once: SCAN_COST,
  size: (argument, span = UNBOUNDED) => Math.min(Math.ceil(span / lengthOf(argument)) + 1, MAX_BUCKETS),
  span: lengthOf,
};

function lengthOf(argument: ArgumentReader): number {
  return LENGTHS[String(argument('interval'))] ?? DAY;
}

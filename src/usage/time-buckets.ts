import { Temporal } from 'temporal-polyfill';
import { registerEnumType } from 'type-graphql';

/** Lengths of the buckets of a series. */
export enum TimeInterval {
  MINUTE = 'MINUTE',
  QUARTER_HOUR = 'QUARTER_HOUR',
  HOUR = 'HOUR',
  DAY = 'DAY',
  WEEK = 'WEEK',
  MONTH = 'MONTH',
  QUARTER = 'QUARTER',
  YEAR = 'YEAR',
}

registerEnumType(TimeInterval, {
  name: 'TimeInterval',
  description: 'Lengths of the buckets of a series, cut by the clock and the calendar of its time zone.',
  valuesConfig: {
    MINUTE: { description: 'From one full minute to the next.' },
    QUARTER_HOUR: { description: 'Cut at minute 0, 15, 30 and 45.' },
    HOUR: { description: 'From one full hour to the next.' },
    DAY: { description: 'From midnight to midnight: 23 or 25 hours where daylight saving begins or ends.' },
    WEEK: { description: 'From Monday to Monday.' },
    MONTH: { description: 'A calendar month.' },
    QUARTER: { description: 'A calendar quarter, the first from 1 January.' },
    YEAR: { description: 'A calendar year.' },
  },
});

/** Milliseconds of those intervals that the clock cuts; the calendar cuts the others. */
const CLOCK_LENGTHS: Partial<Record<TimeInterval, number>> = {
  [TimeInterval.MINUTE]: 60_000,
  [TimeInterval.QUARTER_HOUR]: 900_000,
  [TimeInterval.HOUR]: 3_600_000,
};

/**
 * The boundaries of the buckets that cover a stretch of time: the first at `from` or before it, the last
 * at `to` or after it, each pair one bucket, in milliseconds since 1970.
 *
 * An hour that daylight saving repeats is two buckets, and one that it cuts short is a shorter one: clock
 * buckets never span a change of the zone's offset.
 *
 * @param timeZone IANA name
 * @param limit the list ends as soon as it has more buckets than this
 */
export function bucketBoundaries(
  interval: TimeInterval,
  timeZone: string,
  from: number,
  to: number,
  limit: number,
): number[] {
  // In UTC the clock cuts days, too, many times faster than a calendar.
  const isUtcDay = interval === TimeInterval.DAY && timeZone === 'UTC';
  const length = isUtcDay ? 86_400_000 : CLOCK_LENGTHS[interval];
  const next = length ? clockSteps(length, timeZone, from) : calendarSteps(interval, timeZone, from);
  const boundaries = [next()];
  while ((boundaries.at(-1) ?? to) < to && boundaries.length <= limit + 1) {
    const boundary = next();
    // A day that a zone skipped altogether has no length, and no bucket.
    if (boundary !== boundaries.at(-1)) boundaries.push(boundary);
  }
  return boundaries;
}

/** Gives one boundary after another, the first at `from` or before it. */
function clockSteps(length: number, timeZone: string, from: number): () => number {
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone);
  let offset = at.offsetNanoseconds / 1e6;
  // getTimeZoneTransition looks strictly before, and a change at `from` itself counts.
  let change = at.add({ nanoseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds ?? -Infinity;
  let boundary = Math.max(change, from - modulo(from + offset, length));
  change = at.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
  let first = true;
  return () => {
    if (first) {
      first = false;
      return boundary;
    }
    const next = boundary + length - modulo(boundary + offset, length);
    boundary = Math.min(next, change);
    if (boundary === change) {
      at = Temporal.Instant.fromEpochMilliseconds(boundary).toZonedDateTimeISO(timeZone);
      offset = at.offsetNanoseconds / 1e6;
      change = at.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
    }
    return boundary;
  };
}

function calendarSteps(interval: TimeInterval, timeZone: string, from: number): () => number {
  const today = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone).toPlainDate();
  const [start, step] = calendarStart(interval, today);
  let steps = 0;
  return () => {
    // Counted from the start, so that no step inherits a month's length from the one before.
    const date = start.add(multiply(step, steps++));
    return date.toZonedDateTime(timeZone).epochMilliseconds;
  };
}

type Step = { days: number } | { months: number };

function calendarStart(interval: TimeInterval, date: Temporal.PlainDate): [Temporal.PlainDate, Step] {
  switch (interval) {
    case TimeInterval.WEEK:
      return [date.subtract({ days: date.dayOfWeek - 1 }), { days: 7 }];
    case TimeInterval.MONTH:
      return [date.with({ day: 1 }), { months: 1 }];
    case TimeInterval.QUARTER:
      return [date.with({ month: date.month - ((date.month - 1) % 3), day: 1 }), { months: 3 }];
    case TimeInterval.YEAR:
      return [date.with({ month: 1, day: 1 }), { months: 12 }];
    default:
      return [date, { days: 1 }];
  }
}

function multiply(step: Step, times: number): Step {
  return 'days' in step ? { days: step.days * times } : { months: step.months * times };
}

function modulo(value: number, length: number): number {
  return ((value % length) + length) % length;
}

import { Temporal } from 'temporal-polyfill';
import { parseTimestamp, type Timestamp } from '../../database/timestamp.js';

/** Reads a time. @throws Error that says what would be right */
export type ReadTime = (text: string) => Timestamp;

const WITHOUT_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?$/;

/**
 * Makes a reader of RFC 3339 and of `YYYY-MM-DD HH:MM:SS[.fraction]` without an offset, which is the time
 * on the clocks of a zone. Digits beyond the microsecond are cut off.
 *
 * @param zone IANA name of the zone that times without an offset are in
 */
export function timeReader(zone: string): ReadTime {
  const offsetAt = zone === 'UTC' ? () => 'Z' : zoneOffsets(zone);
  return (text) => {
    const trimmed = text.trim();
    return parseTimestamp(WITHOUT_OFFSET.test(trimmed) ? trimmed + offsetAt(trimmed) : trimmed);
  };
}

/** The zone's offset at a time on its clocks. A time that occurs twice, in autumn, is the first of the two. */
function zoneOffsets(zone: string): (local: string) => string {
  // Looking up a zone is slow, and neighbouring rows share their minute.
  const known = new Map<string, string>();
  return (local) => {
    const minute = `${local.slice(0, 10)}T${local.slice(11, 16)}`;
    let offset = known.get(minute);
    if (offset === undefined) {
      offset = offsetOf(minute, zone);
      if (known.size >= 10_000) known.clear();
      known.set(minute, offset);
    }
    return offset;
  };
}

function offsetOf(minute: string, zone: string): string {
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from(minute, { overflow: 'reject' });
  } catch {
    return 'Z'; // no time at all: parseTimestamp says so
  }
  const moment = local.toZonedDateTime(zone);
  if (!moment.toPlainDateTime().equals(local)) {
    throw new Error(`is ${JSON.stringify(minute)}, which the clocks of ${zone} skipped.`);
  }
  return moment.offset;
}

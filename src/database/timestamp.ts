import { Type } from '@mikro-orm/postgresql';

/**
 * A moment as PostgreSQL prints a TIMESTAMP that is UTC: `2025-01-31 01:30:00.123456`, with six decimals
 * where it comes from an input, as many as needed where it comes from the database.
 *
 * Text and not Date, because a Date drops microseconds and a cursor or a range must not.
 */
export type Timestamp = string & { readonly __timestamp?: never };

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads RFC 3339 with any offset. Digits beyond the microsecond are cut off.
 *
 * @throws Error that says what would be right.
 */
export function parseTimestamp(text: string): Timestamp {
  const match = RFC3339.exec(text);
  if (!match) {
    throw new Error(
      `${JSON.stringify(text)} is no date-time; write RFC 3339 with an offset, such as 2025-01-31T09:30:00Z or 2025-01-31T09:30:00+08:00.`,
    );
  }
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const milliseconds = Date.parse(`${local}Z`);
  // Date.parse rolls 31 February over into March: what it read must be what was written.
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(local)) {
    throw new Error(`${JSON.stringify(text)} is a day or a time that does not exist.`);
  }
  const utc = new Date(milliseconds - offsetMinutes(zone) * 60_000);
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) {
    throw new Error(`${JSON.stringify(text)} is outside the years 0001 to 9999.`);
  }
  return `${fromDate(utc).slice(0, 20)}${fraction.slice(0, 6).padEnd(6, '0')}`;
}

function offsetMinutes(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** @param text a TIMESTAMP as PostgreSQL prints it */
export function toRfc3339(text: Timestamp): string {
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, 23).padEnd(3, '0')}Z`;
}

export function fromDate(date: Date): Timestamp {
  const iso = date.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000`;
}

/** Whole microseconds since 1970. */
export function toMicroseconds(text: Timestamp): bigint {
  const milliseconds = Date.parse(toRfc3339(text));
  return BigInt(milliseconds) * 1000n + BigInt(text.slice(23, 26).padEnd(3, '0'));
}

export function fromMicroseconds(microseconds: bigint): Timestamp {
  const milliseconds = microseconds / 1000n - (microseconds % 1000n < 0n ? 1n : 0n);
  const rest = microseconds - milliseconds * 1000n;
  return fromDate(new Date(Number(milliseconds))).slice(0, 23) + String(rest).padStart(3, '0');
}

/** A TIMESTAMP column as the text that PostgreSQL prints: a Date would drop microseconds and mind time zones. */
export class TimestampType extends Type<Timestamp, string> {
  override getColumnType(): string {
    return 'timestamp';
  }

  override compareAsType(): string {
    return 'string';
  }
}

import { GraphQLScalarType, Kind, type GraphQLScalarTypeConfig } from 'graphql';
import { GraphQLJSON, GraphQLSafeInt } from 'graphql-scalars';
import { parseTimestamp, toRfc3339, type Timestamp } from '../database/timestamp.js';

/**
 * A scalar whose input is a string, read by `parse`, which throws an Error that says what would be right.
 * It stays a plain Error: graphql-js then adds the place of the value.
 */
function stringScalar<T>(config: {
  name: string;
  description: string;
  specifiedByURL?: string;
  parse: (text: string) => T;
  serialize: (value: unknown) => string;
}): GraphQLScalarType<T, string> {
  const { parse, ...rest } = config;
  function parseInput(value: unknown): T {
    if (typeof value !== 'string') throw new Error(`${config.name} is written as a string.`);
    return parse(value);
  }
  const scalar: GraphQLScalarTypeConfig<T, string> = {
    ...rest,
    parseValue: parseInput,
    parseLiteral: (node) => parseInput(node.kind === Kind.STRING ? node.value : undefined),
  };
  return new GraphQLScalarType(scalar);
}

/** RFC 3339 in, as a {@link Timestamp}; RFC 3339 in UTC with milliseconds out. */
export const DateTime = stringScalar<Timestamp>({
  name: 'DateTime',
  description:
    'A moment in RFC 3339 format. Input must have an offset, such as 2025-01-31T09:30:00+08:00, and is precise to the microsecond. Output is always UTC, with milliseconds and Z.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  parse: parseTimestamp,
  serialize: (value) => toRfc3339(value as Timestamp),
});

function canonicalTimeZone(name: string): string {
  // Intl also takes bare offsets such as +08:00, which know no daylight saving and are no names.
  const isName = /^[A-Za-z]/.test(name);
  try {
    if (isName) return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // told below
  }
  throw new Error(
    `${JSON.stringify(name)} is not a time zone; write an IANA name such as Asia/Shanghai or UTC.`,
  );
}

/** An IANA time zone name, in its canonical spelling. */
export const TimeZone = stringScalar<string>({
  name: 'TimeZone',
  description:
    'An IANA time zone name, such as Asia/Shanghai. Unknown names are refused with BAD_USER_INPUT.',
  specifiedByURL: 'https://www.iana.org/time-zones',
  parse: canonicalTimeZone,
  serialize: String,
});

/** A whole number beyond GraphQL's 32-bit Int. */
export const SafeInt = new GraphQLScalarType({
  ...GraphQLSafeInt.toConfig(),
  name: 'SafeInt',
  description:
    'A whole number up to 2^53-1, as a JSON number. Counts and token sums are of this type because they can be too large for Int.',
});

/** Any JSON value. */
export const Json = new GraphQLScalarType({
  ...GraphQLJSON.toConfig(),
  name: 'JSON',
  description: 'Any JSON value.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
});

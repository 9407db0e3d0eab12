import { z } from 'zod';
import { DEFAULT_WRITE_TIMEOUT_MS } from './database/connection-kinds.js';
import { DEFAULT_LIMITS, type Limits } from './graphql/limits/limits.js';
import { DEFAULT_READS_PER_CALLER } from './graphql/limits/read-in-turns.js';
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from './http/http-limits.js';

/** An environment variable that is a whole number in a range. */
export function wholeNumber(from: number, to: number, fallback: number) {
  const range = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, range)
    .transform(Number)
    .refine((value) => value >= from && value <= to, range)
    .default(fallback);
}

const MIB = 1024 * 1024;

/** How long a read may take by default, in milliseconds. */
export const DEFAULT_READ_TIMEOUT_MS = 10_000;

function isOrigin(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '') && URL.parse(text)?.origin === text;
}

/** The environment variables of all limits. */
export const LIMIT_VARIABLES = {
  MAX_PAGE_SIZE: wholeNumber(1, 1000, DEFAULT_LIMITS.pageSize),
  MAX_TOKENS: wholeNumber(100, 1_000_000, DEFAULT_LIMITS.tokens),
  MAX_DEFINITIONS: wholeNumber(1, 10_000, DEFAULT_LIMITS.definitions),
  MAX_DEPTH: wholeNumber(1, 1000, DEFAULT_LIMITS.depth),
  MAX_FIELDS: wholeNumber(1, 100_000, DEFAULT_LIMITS.fields),
  MAX_ALIASES: wholeNumber(0, 100_000, DEFAULT_LIMITS.aliases),
  MAX_REPEATS: wholeNumber(1, 10_000, DEFAULT_LIMITS.repeats),
  MAX_COST: wholeNumber(1, 999_999_999, DEFAULT_LIMITS.cost),
  MAX_BODY_BYTES: wholeNumber(1000, 256 * MIB, DEFAULT_HTTP_LIMITS.body),
  MAX_RECORDING_BODY_BYTES: wholeNumber(1000, 256 * MIB, DEFAULT_HTTP_LIMITS.recordingBody),
  MAX_BODIES_BYTES: wholeNumber(1000, 16 * 1024 * MIB, DEFAULT_HTTP_LIMITS.bodies),
  REQUEST_TIMEOUT_MS: wholeNumber(100, 3_600_000, DEFAULT_HTTP_LIMITS.requestTimeout),
  READ_TIMEOUT_MS: wholeNumber(0, 86_400_000, DEFAULT_READ_TIMEOUT_MS),
  WRITE_TIMEOUT_MS: wholeNumber(1000, 600_000, DEFAULT_WRITE_TIMEOUT_MS),
  READS_PER_CALLER: wholeNumber(1, 1000, DEFAULT_READS_PER_CALLER),
  RATE_LIMIT: wholeNumber(0, 999_999_999, DEFAULT_HTTP_LIMITS.rate),
  SIGN_IN_FAILURE_LIMIT: wholeNumber(0, 999_999_999, DEFAULT_HTTP_LIMITS.signInFailures),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter((origin) => origin !== ''))
    .refine(
      (origins) => origins.every(isOrigin),
      'must be origins with commas between them, such as https://app.example.com',
    ),
  INTROSPECTION: z.enum(['on', 'off'], 'must be on or off').default('on'),
};

/** All limits that are set. */
export interface ConfiguredLimits {
  limits: Limits;
  http: HttpLimits;
  /** Milliseconds that a statement which reads may take; 0 for any time. */
  readTimeout: number;
  /** Milliseconds in which a recording is to be answered. */
  writeTimeout: number;
  /** How many statements that read run at once for one caller. */
  readsPerCaller: number;
}

export function configuredLimits(set: z.output<z.ZodObject<typeof LIMIT_VARIABLES>>): ConfiguredLimits {
  return {
    limits: {
      pageSize: set.MAX_PAGE_SIZE,
      tokens: set.MAX_TOKENS,
      definitions: set.MAX_DEFINITIONS,
      depth: set.MAX_DEPTH,
      aliases: set.MAX_ALIASES,
      fields: set.MAX_FIELDS,
      repeats: set.MAX_REPEATS,
      cost: set.MAX_COST,
    },
    http: {
      body: set.MAX_BODY_BYTES,
      recordingBody: Math.max(set.MAX_RECORDING_BODY_BYTES, set.MAX_BODY_BYTES),
      bodies: set.MAX_BODIES_BYTES,
      patience: set.WRITE_TIMEOUT_MS,
      requestTimeout: set.REQUEST_TIMEOUT_MS,
      rate: set.RATE_LIMIT,
      signInFailures: set.SIGN_IN_FAILURE_LIMIT,
      corsOrigins: set.CORS_ORIGINS,
      introspection: set.INTROSPECTION === 'on',
    },
    readTimeout: set.READ_TIMEOUT_MS,
    writeTimeout: set.WRITE_TIMEOUT_MS,
    readsPerCaller: set.READS_PER_CALLER,
  };
}

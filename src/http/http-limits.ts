import { DEFAULT_WRITE_TIMEOUT_MS } from '../database/connection-kinds.js';

/** What the server takes over HTTP, and how much of it. */
export interface HttpLimits {
  /** Bytes of a body. */
  body: number;
  /** Bytes of a body that records calls. */
  recordingBody: number;
  /** Bytes of large bodies that are worked on at one time; half of them for one caller. */
  bodies: number;
  /** Milliseconds that a body waits for the room that it needs. */
  patience: number;
  /** Milliseconds that a request may take to arrive. */
  requestTimeout: number;
  /** Requests of one caller in a minute; 0 for any number. */
  rate: number;
  /** Bad tokens of one address in a minute; 0 for any number. */
  signInFailures: number;
  /** Origins of pages that may read answers in a browser, besides the server's own. */
  corsOrigins: readonly string[];
  /** Whether callers may ask for the schema. */
  introspection: boolean;
}

const MIB = 1024 * 1024;

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  body: 4 * MIB,
  recordingBody: 16 * MIB,
  bodies: 32 * MIB,
  patience: DEFAULT_WRITE_TIMEOUT_MS,
  requestTimeout: 30_000,
  rate: 600_000,
  signInFailures: 100,
  corsOrigins: [],
  introspection: true,
};

/** How many bytes a body may have. */
export interface BodyLimit {
  bytes: number;
  /** The environment variable that says so. */
  setting: 'MAX_BODY_BYTES' | 'MAX_RECORDING_BODY_BYTES';
}

export function usualBodyLimit({ body }: HttpLimits): BodyLimit {
  return { bytes: body, setting: 'MAX_BODY_BYTES' };
}

export function recordingBodyLimit({ recordingBody }: Pick<HttpLimits, 'recordingBody'>): BodyLimit {
  return { bytes: recordingBody, setting: 'MAX_RECORDING_BODY_BYTES' };
}

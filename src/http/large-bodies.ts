import type { FastifyReply, FastifyRequest } from 'fastify';
import { Scope, sufficientScopes } from '../access/scope.js';
import { limitExceeded } from '../graphql/limits/limit-exceeded.js';
import { Turns } from '../graphql/limits/turns.js';
import { recordingBodyLimit, usualBodyLimit, type BodyLimit, type HttpLimits } from './http-limits.js';

/** Bodies up to this size have room of their own, so that they never wait for larger ones. */
export const MAX_SMALL_BODY_BYTES = 64 * 1024;

/** A body waits for at most this share of the time that its request has to arrive, so that it can still arrive. */
const MAX_WAIT_SHARE = 0.7;

/**
 * The room for bodies, for which they wait, unread: while a request is worked on, it takes several times its size. One
 * caller gets half of the room, so that others need not wait for its requests, or for its slow clients.
 */
export class BodyRoom {
  readonly #large: Turns;
  readonly #small: Turns;
  readonly #held = new WeakMap<FastifyRequest, (keep: number) => void>();

  constructor(limits: HttpLimits) {
    this.#large = roomOf(limits.bodies, limits.recordingBody, limits);
    this.#small = roomOf(Math.floor(limits.bodies / 2), MAX_SMALL_BODY_BYTES, limits);
  }

  /**
   * Waits for room, unless the request has as much already. It has it until it is answered.
   *
   * @param bytes that the body may turn out to have
   * @throws OVERLOADED
   */
  async take(request: FastifyRequest, { raw }: FastifyReply, bytes: number): Promise<void> {
    const isSmall = bytes <= MAX_SMALL_BODY_BYTES;
    if (this.#held.has(request) || bytes === 0) return;
    const end = await (isSmall ? this.#small : this.#large).take({
      caller: request.caller.id,
      amount: bytes,
    });
    if (raw.closed) end();
    else
      raw.once('close', () => {
        end();
      });
    // What a small body has does not count, should it turn out to be a large one.
    if (!isSmall) this.#held.set(request, end);
  }

  /** Whether the request has room for a large body. */
  has(request: FastifyRequest): boolean {
    return this.#held.has(request);
  }

  /** Gives back all but what the body turned out to have. */
  keep(request: FastifyRequest, bytes: number): void {
    this.#held.get(request)?.(bytes);
  }
}

/** @param least bytes that each caller has at any rate */
function roomOf(bytes: number, least: number, { requestTimeout, patience }: HttpLimits): Turns {
  const perCaller = Math.max(least, Math.floor(bytes / 2));
  return new Turns(
    {
      ...{ total: Math.max(perCaller, bytes), perCaller, least: perCaller },
      patience: Math.ceil(Math.min(requestTimeout * MAX_WAIT_SHARE, patience)),
    },
    () =>
      limitExceeded(
        'OVERLOADED',
        `Other requests are still being worked on, and those of one token may have ${perCaller} bytes at one time (by MAX_BODIES_BYTES). Send this one again, and fewer or smaller ones at once.`,
        { limit: perCaller },
        {
          status: 503,
          headers: [
            ['retry-after', '1'],
            ['connection', 'close'],
          ],
        },
      ),
  );
}

/** Bytes that a body may turn out to have. A compressed one that is large may have any number. */
export function sizeOf({ headers }: FastifyRequest, limits: HttpLimits): number {
  if (headers['transfer-encoding'] !== undefined) return limits.recordingBody;
  const length = Number(headers['content-length'] ?? 0);
  const isLarge = length > MAX_SMALL_BODY_BYTES;
  return isLarge && isCompressed(headers['content-encoding']) ? limits.recordingBody : length;
}

/** @param encoding as the header Content-Encoding has it */
export function isCompressed(encoding: string | undefined): boolean {
  return encoding !== undefined && encoding !== 'identity';
}

/** The limit of a caller's bodies; large ones are for recording. */
export function bodyLimitOf({ caller }: FastifyRequest, limits: HttpLimits): BodyLimit {
  const records = sufficientScopes([Scope.LOGS_WRITE]).some((scope) => caller.scopes.has(scope));
  return records ? recordingBodyLimit(limits) : usualBodyLimit(limits);
}

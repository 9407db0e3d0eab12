import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Scope, sufficientScopes } from '../access/scope.js';
import { limitExceeded } from '../graphql/limits/limit-exceeded.js';
import { Turns } from '../graphql/limits/turns.js';
import type { HttpLimits } from './http-limits.js';

/** Bodies up to this size have room of their own, so that they never wait for larger ones. */
const MAX_SMALL_BODY_BYTES = 64 * 1024;

/** A body waits for at most this share of the time that its request has to arrive, so that it can still arrive. */
const MAX_WAIT_SHARE = 0.7;

/**
 * Lets bodies wait, unread, until there is room for them: while a request is worked on, it takes several times its
 * size. One caller gets half of the room, so that others need not wait for its requests, or for its slow clients.
 */
export function registerTurns(scope: FastifyInstance, limits: HttpLimits): void {
  const patience = Math.ceil(Math.min(limits.requestTimeout * MAX_WAIT_SHARE, limits.patience));
  const large = roomOf(limits.bodies, limits.recordingBody, patience);
  const small = roomOf(Math.floor(limits.bodies / 2), MAX_SMALL_BODY_BYTES, patience);
  scope.addHook('preParsing', async (request: FastifyRequest, reply: FastifyReply) => {
    const amount = sizeOf(request, limits);
    if (amount === 0) return;
    const room = amount <= MAX_SMALL_BODY_BYTES ? small : large;
    const end = await room.take({ caller: request.caller.id, amount });
    if (reply.raw.closed) end();
    else reply.raw.once('close', end);
  });
}

/** @param least bytes that each caller has at any rate */
function roomOf(bytes: number, least: number, patience: number): Turns {
  const perCaller = Math.max(least, Math.floor(bytes / 2));
  return new Turns({ total: Math.max(perCaller, bytes), perCaller, least: perCaller, patience }, () =>
    limitExceeded(
      'OVERLOADED',
      'Other requests are still being worked on. Send this one again, and fewer or smaller ones at once.',
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

/** Bytes that a body may turn out to have. */
function sizeOf({ headers }: FastifyRequest, limits: HttpLimits): number {
  if (headers['transfer-encoding'] !== undefined) return limits.recordingBody;
  return Number(headers['content-length'] ?? 0);
}

/** The most bytes that a caller's body may have; large ones are for recording. */
export function bodyLimitOf({ caller }: FastifyRequest, limits: HttpLimits): number {
  const records = sufficientScopes([Scope.LOGS_WRITE]).some((scope) => caller.scopes.has(scope));
  return records ? limits.recordingBody : limits.body;
}

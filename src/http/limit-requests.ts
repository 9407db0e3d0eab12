import type { FastifyInstance } from 'fastify';
import { tooLarge } from './graphql-errors.js';
import type { HttpLimits } from './http-limits.js';
import { BodyRoom, bodyLimitOf, sizeOf } from './large-bodies.js';
import { limitRate } from './limit-rate.js';
import { loopTurns, type StartInTurn } from './loop-turns.js';

/** What the requests of all routes share. */
export interface SharedLimits {
  room: BodyRoom;
  startInTurn: StartInTurn;
}

/** Limits how many requests come, and how large, on all routes that are registered on `api` from now on. */
export async function limitRequests(api: FastifyInstance, limits: HttpLimits): Promise<SharedLimits> {
  await limitRate(api, limits.rate);
  const room = new BodyRoom(limits);
  api.addHook('preParsing', async (request, reply) => {
    const limit = bodyLimitOf(request, limits);
    const length = Number(request.headers['content-length']);
    if (length > limit.bytes) throw tooLarge(limit, length);
    const size = sizeOf(request, limits);
    await room.take(request, reply, size);
  });
  return { room, startInTurn: loopTurns() };
}

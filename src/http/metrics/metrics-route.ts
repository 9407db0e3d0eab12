import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { Scope } from '../../access/scope.js';
import { hashOf, sameHash } from '../../access/token-secret.js';
import { refusal } from '../graphql-errors.js';
import type { MetricsConfig } from './metrics-config.js';

/** How often the lag of the event loop is looked at, in milliseconds. */
const LAG_PRECISION_MS = 20;

/**
 * `GET /metrics`, in Prometheus' text format. They tell how much an organisation uses, so they are for callers with the
 * token of the metrics or with the scope ADMIN.
 *
 * @param authenticate sets the caller of a request, or answers it
 */
export function registerMetrics(
  app: FastifyInstance,
  registry: Registry,
  { access, token }: MetricsConfig,
  authenticate: onRequestAsyncHookHandler,
): void {
  if (access === 'off') return;
  const hash = token === undefined ? undefined : hashOf(token);
  const mayRead = async (request: FastifyRequest, reply: FastifyReply) => {
    const sent = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (hash !== undefined && sent !== undefined && sameHash(hash, hashOf(sent))) return undefined;
    const answered: unknown = await authenticate.call(app, request, reply);
    if (answered !== undefined) return reply;
    if (request.caller.scopes.has(Scope.ADMIN)) return undefined;
    throw refusal('FORBIDDEN', 'This needs METRICS_TOKEN, or a token with the scope ADMIN.', 403);
  };
  let isMeasuringProcess = false;
  app.get('/metrics', { onRequest: access === 'public' ? [] : mayRead }, async (_request, reply) => {
    // It takes some work all the time, so it begins when somebody reads it.
    if (!isMeasuringProcess)
      collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
    isMeasuringProcess = true;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

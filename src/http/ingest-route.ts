import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HTTPMethods,
  onRequestAsyncHookHandler,
} from 'fastify';
import type { GraphQLError } from 'graphql';
import { requireScope } from '../access/needs.js';
import { Scope, sufficientScopes } from '../access/scope.js';
import type { RecordingContext } from '../call-logs/recording/recording-context.js';
import type { ReadRow } from '../call-logs/recording/read-row.js';
import type { LoggedContext } from '../graphql/log-unexpected.js';
import { formatOf, MEDIA_TYPES } from '../ingest/formats.js';
import { ingestCalls } from '../ingest/ingest-calls.js';
import type { Format } from '../ingest/sent-calls.js';
import { failure, refusal, tooLarge, withStatus } from './graphql-errors.js';
import { recordingBodyLimit, type HttpLimits } from './http-limits.js';
import { ENCODINGS, inflate, type Encoding } from './inflate.js';
import { isCompressed, MAX_SMALL_BODY_BYTES, type BodyRoom } from './large-bodies.js';
import type { SharedLimits } from './limit-requests.js';

const OTHER_METHODS: HTTPMethods[] = ['GET', 'HEAD', 'DELETE', 'PATCH', 'PUT', 'TRACE'];
const ALLOW: [string, string] = ['allow', 'POST, OPTIONS'];

/**
 * Takes calls at /ingest/calls, without GraphQL.
 *
 * @param api has the limits of `limitRequests`, which are `shared`
 * @param authenticate sets the caller of a request, or answers it
 */
export async function registerIngest(
  api: FastifyInstance,
  limits: HttpLimits,
  shared: SharedLimits,
  authenticate: onRequestAsyncHookHandler,
  contextOf: (request: FastifyRequest) => RecordingContext & LoggedContext,
  readRow: ReadRow,
): Promise<void> {
  await api.register((scope, _options, registered) => {
    scope.removeAllContentTypeParsers();
    const { recordingBody: bodyLimit } = limits;
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.route({
      url: '/ingest/calls',
      method: 'POST',
      bodyLimit,
      onRequest: authenticate,
      preParsing: (request, _reply, _payload, done) => {
        done(whyRefused(request));
      },
      handler: async (request, reply) => {
        Object.assign(request.outcome ?? {}, { operation: 'ingest', field: 'calls' });
        const body = await readBody(request, reply, shared.room, limits);
        const format = formatRequired(request);
        try {
          return await ingestCalls(contextOf(request), () => format(body, readRow), {
            turn: () =>
              new Promise((resolve) => {
                shared.startInTurn(request.caller.id, resolve);
              }),
            isGone: () => reply.raw.closed,
          });
        } catch (error) {
          throw failure(error, request);
        }
      },
    });
    scope.route({
      url: '/ingest/calls',
      method: 'OPTIONS',
      onRequest: authenticate,
      handler: (_request, reply) =>
        reply
          .code(204)
          .header(...ALLOW)
          .send(),
    });
    scope.route({
      url: '/ingest/calls',
      method: OTHER_METHODS,
      onRequest: authenticate,
      handler: ({ method }) => {
        throw refusal('METHOD_NOT_ALLOWED', `Calls are not sent by ${method}; use POST.`, 405, [ALLOW]);
      },
    });
    registered();
  });
}

const WRITERS = sufficientScopes([Scope.LOGS_WRITE]);

/** Why a request is refused before its body is read. */
function whyRefused(request: FastifyRequest): GraphQLError | undefined {
  try {
    requireScope(request.caller, WRITERS);
  } catch (error) {
    return withStatus(error as GraphQLError, 403);
  }
  try {
    formatRequired(request);
    encodingOf(request);
    return undefined;
  } catch (error) {
    return error as GraphQLError;
  }
}

/** @throws UNSUPPORTED_MEDIA_TYPE */
function formatRequired({ headers }: FastifyRequest): Format {
  const format = formatOf(headers['content-type']);
  if (format) return format;
  const message = `Send calls as ${MEDIA_TYPES.join(', ')}, as Content-Type says.`;
  throw refusal('UNSUPPORTED_MEDIA_TYPE', message, 415, [['accept-post', MEDIA_TYPES.join(', ')]]);
}

/** @returns undefined where nothing is compressed @throws UNSUPPORTED_MEDIA_TYPE */
function encodingOf({ headers }: FastifyRequest): Encoding | undefined {
  const sent = headers['content-encoding'];
  if (!isCompressed(sent)) return undefined;
  const encoding = ENCODINGS.find((one) => one === sent?.trim().toLowerCase());
  if (encoding) return encoding;
  const known = ENCODINGS.join(', ');
  const message = `Send the body uncompressed, or with a Content-Encoding that is one of ${known}.`;
  throw refusal('UNSUPPORTED_MEDIA_TYPE', message, 415, [['accept-encoding', known]]);
}

/**
 * Gives the body of a request, unpacked. What a compressed one turns out to be takes room as if it had been sent so; a
 * small one waits for none.
 *
 * @throws PAYLOAD_TOO_LARGE, OVERLOADED
 */
async function readBody(
  request: FastifyRequest,
  reply: FastifyReply,
  room: BodyRoom,
  limits: HttpLimits,
): Promise<Buffer> {
  const sent = (request.body ?? Buffer.alloc(0)) as Buffer;
  const encoding = encodingOf(request);
  if (encoding === undefined || sent.length === 0) return sent;
  if (!room.has(request)) {
    const small = await inflate(sent, encoding, MAX_SMALL_BODY_BYTES);
    if (small) return small;
    await room.take(request, reply, limits.recordingBody);
  }
  const body = await inflate(sent, encoding, limits.recordingBody);
  if (!body) throw tooLarge(recordingBodyLimit(limits));
  room.keep(request, body.length);
  return body;
}

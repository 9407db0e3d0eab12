import type { FastifyInstance } from 'fastify';
import { getOperationAST, Kind, parse } from 'graphql';
import { isDeeperThan, MAX_LEVELS, topLevelQuery } from '../graphql/json-bytes.js';
import { refusal, tooLarge } from './graphql-errors.js';
import { usualBodyLimit, type HttpLimits } from './http-limits.js';
import { bodyLimitOf, isCompressed } from './large-bodies.js';
import type { StartInTurn } from './loop-turns.js';

/** The operations that large bodies are for. */
const RECORDING_FIELDS = ['recordCallLog', 'recordCallLogs', 'recordProxyCallLog'];

/** Tokens of a query that are parsed to find its operation; no useful query has more. */
const MAX_QUERY_TOKENS = 5000;

/** Parsing a body up to this size takes too little time to wait for a turn. */
const MAX_QUICK_BODY_BYTES = 8 * 1024;

/**
 * Takes JSON in bodies of limited size, and no other type.
 *
 * Clients write the query before or after the variables, so only a complete body tells which operation it is for. A
 * large body whose query does not record calls is never parsed. Where a query holds several operations, the operation
 * name decides after parsing.
 */
export function registerBodies(scope: FastifyInstance, limits: HttpLimits, startInTurn: StartInTurn): void {
  const parseJson = scope.getDefaultJsonParser('ignore', 'ignore');
  const usual = usualBodyLimit(limits);
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: limits.recordingBody },
    (request, body: Buffer, done) => {
      const isLarge = body.length > limits.body;
      const limit = bodyLimitOf(request, limits);
      if (body.length > limit.bytes) {
        done(tooLarge(limit, body.length));
        return;
      }
      if (isLarge && !namesRecording(topLevelQuery(body))) {
        done(tooLarge(usual, body.length));
        return;
      }
      const start = () => {
        if (isDeeperThan(MAX_LEVELS, body)) {
          done(refusal('BAD_USER_INPUT', 'The variables are nested too deep.', 400));
          return;
        }
        void parseJson(request, body.toString(), (error, value: unknown) => {
          if (error === null && isLarge && !isRecording(value, MAX_QUERY_TOKENS))
            done(tooLarge(usual, body.length));
          else done(error, value);
        });
      };
      if (body.length <= MAX_QUICK_BODY_BYTES) start();
      else startInTurn(request.caller.id, start);
    },
  );
  scope.addHook('onRequest', ({ headers }, _reply, done) => {
    if (isCompressed(headers['content-encoding'])) {
      // A few bytes could unfold into gigabytes.
      done(refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body uncompressed, without Content-Encoding.', 415));
    } else done();
  });
}

function namesRecording(query: string | undefined): boolean {
  return RECORDING_FIELDS.some((field) => query?.includes(field));
}

/** Whether the operation of a request records calls; what is not GraphQL is left to be refused as such. */
function isRecording(body: unknown, maxLexicalTokens: number): boolean {
  const { query, operationName } = (body ?? {}) as { query?: unknown; operationName?: unknown };
  if (typeof query !== 'string') return true;
  try {
    const document = parse(query, { noLocation: true, maxLexicalTokens });
    const operation = getOperationAST(document, typeof operationName === 'string' ? operationName : null);
    return (
      operation?.selectionSet.selections.some(
        (selection) => selection.kind === Kind.FIELD && RECORDING_FIELDS.includes(selection.name.value),
      ) ?? true
    );
  } catch {
    return true;
  }
}

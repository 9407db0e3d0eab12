import type { FastifyInstance } from 'fastify';
import { getOperationAST, Kind, parse } from 'graphql';
import { refusal, tooLarge } from './graphql-errors.js';
import type { HttpLimits } from './http-limits.js';
import { isDeeperThan, topLevelQuery } from './json-bytes.js';
import { bodyLimitOf, registerTurns } from './large-bodies.js';
import { loopTurns } from './loop-turns.js';

/** The one operation that large bodies are for. */
const RECORDING = 'recordCallLogs';

/** The operation of a body is looked at only as far as any of use goes. */
const MAX_TOKENS = 5000;

/** Far deeper than anything that is taken, so that what is too deep is told by name where that costs little. */
const MAX_LEVELS = 50_000;

/** Up to this size, no request computes for long before its first statement. */
const QUICK = 8 * 1024;

/**
 * Takes JSON in bodies of limited size, and no other type.
 *
 * Clients write the query before the variables or after them, so which operation a large body is for is known only
 * when all of it is there. A body of another is never parsed; which of several it is, the operation name decides after
 * parsing.
 */
export function registerBodies(scope: FastifyInstance, limits: HttpLimits): void {
  const parseJson = scope.getDefaultJsonParser('ignore', 'ignore');
  const startInTurn = loopTurns();
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: limits.recordingBody },
    (request, body: Buffer, done) => {
      const isLarge = body.length > limits.body;
      const limit = bodyLimitOf(request, limits);
      if (body.length > limit || (isLarge && !topLevelQuery(body)?.includes(RECORDING))) {
        done(tooLarge(limits.body, body.length));
        return;
      }
      const start = () => {
        if (isDeeperThan(MAX_LEVELS, body)) {
          done(refusal('BAD_USER_INPUT', 'The variables are nested too deep.', 400));
          return;
        }
        void parseJson(request, body.toString(), (error, value: unknown) => {
          if (error === null && isLarge && !isRecording(value, MAX_TOKENS))
            done(tooLarge(limits.body, body.length));
          else done(error, value);
        });
      };
      if (body.length <= QUICK) start();
      else startInTurn(request.caller.id, start);
    },
  );
  scope.addHook('onRequest', ({ headers }, _reply, done) => {
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      // A few bytes could unfold into gigabytes.
      done(refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body uncompressed, without Content-Encoding.', 415));
    } else done();
  });
  scope.addHook('preParsing', (request, _reply, _payload, done) => {
    const limit = bodyLimitOf(request, limits);
    const length = Number(request.headers['content-length']);
    if (length > limit) done(tooLarge(limit, length));
    else done();
  });
  registerTurns(scope, limits);
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
        (selection) => selection.kind === Kind.FIELD && selection.name.value === RECORDING,
      ) ?? true
    );
  } catch {
    return true;
  }
}

import type { FastifyInstance } from 'fastify';
import { getOperationAST, Kind, parse } from 'graphql';
import { refusal, tooLarge } from './graphql-errors.js';
import type { HttpLimits } from './http-limits.js';

/** The one operation that large bodies are for. */
const RECORDING = 'recordCallLogs';

/** The operation of a body is looked at only as far as any of use goes. */
const MAX_TOKENS = 5000;

/**
 * Takes JSON in bodies of limited size, and no other type.
 *
 * Clients write the query before the variables or after them, so which operation a large body is for is known only
 * when all of it is there. It is looked for in the bytes, which takes a thousandth of the time of parsing them: a
 * body without its name is never parsed. A prompt can hold the name too: after parsing, the operation decides.
 */
export function registerBodies(scope: FastifyInstance, limits: HttpLimits): void {
  const parseJson = scope.getDefaultJsonParser('ignore', 'ignore');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: limits.recordingBody },
    (request, body: Buffer, done) => {
      const isLarge = body.length > limits.body;
      if (isLarge && !body.includes(RECORDING)) {
        done(tooLarge(limits.body, body.length));
        return;
      }
      void parseJson(request, body.toString(), (error, value: unknown) => {
        if (error === null && isLarge && !isRecording(value, MAX_TOKENS))
          done(tooLarge(limits.body, body.length));
        else done(error, value);
      });
    },
  );
  scope.addHook('onRequest', ({ headers }, _reply, done) => {
    const encoding = headers['content-encoding'];
    const length = Number(headers['content-length']);
    if (encoding !== undefined && encoding !== 'identity') {
      // A few bytes could unfold into gigabytes.
      done(refusal('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, without Content-Encoding.', 415));
    } else if (length > limits.recordingBody) {
      done(tooLarge(limits.recordingBody, length));
    } else done();
  });
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

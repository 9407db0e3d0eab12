import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { onRequestHookHandler } from 'fastify';
import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { Counter, Histogram, type Registry } from 'prom-client';
import { boundedCode } from './bounded-code.js';

/** What became of a request, as it is counted. No label is a client's own word. */
export interface Outcome {
  /** `query` or `mutation`; `none` where the request was refused before that was known. */
  operation: string;
  /** The field of Query or Mutation that was asked for; `several`, or `none`. */
  field: string;
  /** Of the first error; without one, it is told by the status. */
  code?: string;
}

/** What a request's context tells its outcome by. */
export interface MeasuredContext {
  outcome: Outcome;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What is counted of the request, on routes of the API. */
    outcome?: Outcome;
  }
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Counts requests, and how long they take. */
export class RequestMetrics {
  readonly #requests: Counter<'operation' | 'field' | 'code'>;
  readonly #durations: Histogram<'operation' | 'field'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'llm_call_log_requests_total',
      help: 'Requests to the API, by operation, field and code of the first error.',
      labelNames: ['operation', 'field', 'code'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'llm_call_log_request_duration_seconds',
      help: 'Time from the headers of a request to the end of its answer.',
      labelNames: ['operation', 'field'],
      buckets: SECONDS,
      registers,
    });
  }

  /** Counts what was refused before it was a request. */
  refused(code: string): void {
    this.#requests.inc({ operation: 'none', field: 'none', code: boundedCode(code) });
  }

  /** The hook that the routes of the API begin with. */
  readonly measure: onRequestHookHandler = (request, { raw }, done) => {
    const outcome: Outcome = { operation: 'none', field: 'none' };
    request.outcome = outcome;
    const startedAt = performance.now();
    raw.once('close', () => {
      const { operation, field } = outcome;
      const code = raw.writableFinished ? codeOf(outcome, raw.statusCode) : 'CLIENT_GONE';
      this.#requests.inc({ operation, field, code });
      this.#durations.observe({ operation, field }, (performance.now() - startedAt) / 1000);
    });
    done();
  };
}

function codeOf({ code }: Outcome, status: number): string {
  if (code !== undefined) return code === 'OK' ? code : boundedCode(code);
  if (status < 400) return 'OK';
  return status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR';
}

/** Tells the outcome of what gets as far as GraphQL. */
export function tellOutcome(): ApolloServerPlugin<MeasuredContext> {
  const listener: GraphQLRequestListener<MeasuredContext> = {
    didResolveOperation({ document, operation, contextValue: { outcome } }) {
      if (operation) {
        const [field = 'none', ...others] = rootFields(document, operation);
        Object.assign(outcome, {
          operation: operation.operation,
          field: others.length > 0 ? 'several' : field,
        });
      }
      return Promise.resolve();
    },
    willSendResponse({ response: { body }, contextValue: { outcome } }) {
      const error = body.kind === 'single' ? body.singleResult.errors?.[0] : undefined;
      outcome.code = error ? String(error.extensions?.['code']) : 'OK';
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

/** The fields of a valid operation, each once; their names are the schema's. */
function rootFields({ definitions }: DocumentNode, { selectionSet }: OperationDefinitionNode): Set<string> {
  const fragments = new Map(
    definitions
      .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const fields = new Set<string>();
  const collect = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) fields.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else {
        const fragment = fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  collect(selectionSet);
  return fields;
}

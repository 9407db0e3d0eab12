import { expect } from '@jest/globals';
import type { GraphQLAnswer, TestServer } from '../support/server.js';
import { useServerWithOneCall } from './one-call.js';

/** An argument, and queries that have a place for its value. */
export interface Place {
  argument: string;
  type: string;
  queries: ((value: string) => string)[];
}

export const FILTER: Place = {
  argument: 'filter',
  type: 'CallLogFilter',
  queries: [
    (value) => `callLogs(filter: ${value}) { nodes { id } totalCount }`,
    (value) => `usage(filter: ${value}) { totals { calls } byStatus { status } }`,
    (value) => `group(id: 1) { usage(filter: ${value}) { totals { calls } } }`,
    (value) => `group(id: 1) { callLogs(filter: ${value}) { nodes { id } } }`,
  ],
};

/** A name of an enum value: a string as a variable, a bare word in a document. */
export class EnumName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  toJSON() {
    return this.name;
  }
}

function literal(value: unknown): string {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${name}: ${literal(member)}`)
    .join(', ')} }`;
}

interface Refusals {
  server: TestServer;
  /**
   * Sends a value written into the query, then as a variable, and expects both to be refused.
   *
   * @param path of the mistake inside the argument, which the answer names
   * @param right what the answer says would be right
   */
  expectRefused: (place: Place, value: unknown, path: string, right: string | RegExp) => Promise<void>;
}

/** A server that has something to answer, and a way to see that it refuses to. */
export function useRefusals(): Refusals {
  const server = useServerWithOneCall();

  async function expectRefused(place: Place, value: unknown, path: string, right: string | RegExp) {
    for (const query of place.queries) {
      const inline = await server.send(`{ ${query(literal(value))} }`);
      expectRefusal(inline, path, right);
      const document = `query ($${place.argument}: ${place.type}) { ${query(`$${place.argument}`)} }`;
      expectRefusal(await server.send(document, { [place.argument]: value }), path, right);
    }
  }

  return { server, expectRefused };
}

export function expectRefusal({ status, data, errors }: GraphQLAnswer, path: string, right: string | RegExp) {
  const [error] = errors ?? [];
  expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  expect(`${String(error?.extensions['argument'])} ${error?.message}`).toContain(path);
  expect(error?.message).toMatch(right);
  expect(error?.message).not.toMatch(/internal|went wrong|syntax error|sqlstate/i);
  expect(error?.extensions).not.toHaveProperty('stacktrace');
  // Nothing in place of the answer: neither an empty list nor a zero.
  expect(leaves(data)).toEqual([]);
  // What is wrong with a document or its variables is told before anything runs.
  expect([200, 400]).toContain(status);
}

/** Everything in an answer that is neither null nor an object around something else. */
function leaves(value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || (Array.isArray(value) && value.length === 0)) return [value];
  return Object.values(value).flatMap(leaves);
}

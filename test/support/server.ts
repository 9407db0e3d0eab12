import { afterAll, beforeAll } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { Database } from '../../src/database/database.js';
import { createServer } from '../../src/server.js';
import { useTestDatabase } from './database.js';

export interface GraphQLAnswer {
  status: number;
  // Tests read deep into answers and compare them; a wrong path shows as undefined.
  data: any;
  errors?: { message: string; extensions: Record<string, unknown>; path?: (string | number)[] }[];
}

export interface TestServer {
  database: Database;
  databaseUrl: string;
  /** http://127.0.0.1:port */
  url: string;
  /** Sends one GraphQL request over HTTP. */
  send: (query: string, variables?: Record<string, unknown>) => Promise<GraphQLAnswer>;
  /** The same, and fails on errors in the answer. */
  query: (query: string, variables?: Record<string, unknown>) => Promise<any>;
}

/** A server on a database of its own, listening from before the test file's tests to after them. */
export function useTestServer(): TestServer {
  const held = useTestDatabase();
  let app: FastifyInstance;
  const server = {} as TestServer;
  server.send = async (query, variables) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as Omit<GraphQLAnswer, 'status'>) };
  };
  server.query = async (query, variables) => {
    const { data, errors } = await server.send(query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  beforeAll(async () => {
    app = await createServer({ logLevel: 'silent' }, held.database);
    await app.listen({ host: '127.0.0.1', port: 0 });
    server.database = held.database;
    server.databaseUrl = held.url;
    server.url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => app.close());
  return server;
}

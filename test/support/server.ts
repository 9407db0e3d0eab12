import { afterAll, beforeAll } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Database } from '../../src/database/database.js';
import type { DatabaseConfig } from '../../src/database/open-configured.js';
import { createServer, type ServerConfig } from '../../src/server.js';
import { useTestDatabase } from './database.js';
import { post, type GraphQLAnswer } from './post.js';
import { TEST_CONFIG } from './test-config.js';

export type { GraphQLAnswer } from './post.js';

export interface TestServer {
  database: Database;
  databaseUrl: string;
  /** http://127.0.0.1:port */
  url: string;
  /** What listens there. */
  listener: Server;
  /** Sends one GraphQL request over HTTP, as a caller of all scopes or with another token; null sends none. */
  send: (query: string, variables?: Record<string, unknown>, token?: string | null) => Promise<GraphQLAnswer>;
  /** The same, and fails on errors in the answer. */
  query: (query: string, variables?: Record<string, unknown>, token?: string | null) => Promise<any>;
}

/**
 * A server on a database of its own, listening from before the test file's tests to after them.
 *
 * @param configure is asked when it starts
 */
export function useTestServer(
  configure: () => Partial<ServerConfig & DatabaseConfig> = () => ({}),
): TestServer {
  const held = useTestDatabase(() => {
    const { readTimeout, writeTimeout } = configure();
    return {
      ...(readTimeout !== undefined && { readTimeout }),
      ...(writeTimeout !== undefined && { writeTimeout }),
    };
  });
  let app: FastifyInstance;
  const server = {} as TestServer;
  server.send = (query, variables, token) => post(server.url, query, variables, token);
  server.query = async (query, variables, token) => {
    const { data, errors } = await server.send(query, variables, token);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  beforeAll(async () => {
    app = await createServer({ ...TEST_CONFIG, ...configure() }, held.database);
    await app.listen({ host: '127.0.0.1', port: 0 });
    server.database = held.database;
    server.databaseUrl = held.url;
    server.listener = app.server;
    server.url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => app.close());
  return server;
}

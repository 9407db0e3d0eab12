import { afterEach } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../src/config.js';
import type { Database } from '../../src/database/database.js';
import { createServer } from '../../src/server.js';
import type { GraphQLAnswer } from '../support/server.js';
import { bearer } from '../support/token.js';
import { TEST_CONFIG } from '../support/test-config.js';

type Send = (query: string, variables?: Record<string, unknown>) => Promise<GraphQLAnswer>;

/** Servers on a database that another one serves already, with a configuration of their own; they end with the test. */
export function useOtherServers(): (database: Database, config?: Partial<Config>) => Promise<Send> {
  const apps: FastifyInstance[] = [];
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  return async (database, config = {}) => {
    const app = await createServer({ ...TEST_CONFIG, ...config }, database);
    apps.push(app);
    return async (query, variables) => {
      const answer = await app.inject({
        method: 'POST',
        url: '/graphql',
        headers: bearer(),
        payload: { query, variables },
      });
      return { status: answer.statusCode, ...answer.json<Omit<GraphQLAnswer, 'status'>>() };
    };
  };
}

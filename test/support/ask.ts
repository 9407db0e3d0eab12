import { CompiledQuery } from 'kysely';
import type { Config } from '../../src/config.js';
import type { Database } from '../../src/database/database.js';
import { createServer } from '../../src/server.js';
import { TEST_CONFIG } from './test-config.js';
import { bearer, insertTestToken } from './token.js';

/** Answers of a server on the database, one request after the other; it serves for that long only. */
export function ask(database: Database, ...queries: string[]): Promise<unknown[]> {
  return askWith({}, database, ...queries);
}

/** The same, of a server with a configuration of its own. */
export async function askWith(
  config: Partial<Config>,
  database: Database,
  ...queries: string[]
): Promise<unknown[]> {
  const app = await createServer({ ...TEST_CONFIG, ...config }, database);
  const answers: unknown[] = [];
  await insertTestToken((text, values) => database.sql.executeQuery(CompiledQuery.raw(text, values)));
  for (const query of queries) {
    const answer = await app.inject({
      method: 'POST',
      url: '/graphql',
      headers: bearer(),
      payload: { query },
    });
    answers.push(answer.json());
  }
  await app.close();
  return answers;
}

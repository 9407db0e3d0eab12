import { CompiledQuery } from 'kysely';
import type { Database } from '../../src/database/database.js';
import { createServer } from '../../src/server.js';
import { TEST_CONFIG } from './test-config.js';
import { bearer, insertTestToken } from './token.js';

/** Answers of a server on the database, one request after the other; it serves for that long only. */
export async function ask(database: Database, ...queries: string[]): Promise<unknown[]> {
  const app = await createServer(TEST_CONFIG, database);
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

import type { Database } from '../../src/database/database.js';
import { createServer } from '../../src/server.js';

/** Answers of a server on the database, one request after the other; it serves for that long only. */
export async function ask(database: Database, ...queries: string[]): Promise<unknown[]> {
  const app = await createServer({ logLevel: 'silent' }, database);
  const answers: unknown[] = [];
  for (const query of queries) {
    const answer = await app.inject({ method: 'POST', url: '/graphql', payload: { query } });
    answers.push(answer.json());
  }
  await app.close();
  return answers;
}

import type { CleanUp } from '../clean-up.js';
import { serveFrom } from './child-process.js';
import type { Server } from './server.js';

/** Run from where its dependencies are, and not built: they are no dependencies of this project. */
const PROGRAM = 'test/bench/peers/postgraphile.js';

export async function servePostgraphile(databaseUrl: string, cleanUp: CleanUp): Promise<Server> {
  const environment = { DATABASE_URL: databaseUrl, GRAPHILE_ENV: 'production' };
  return { name: 'PostGraphile', ...(await serveFrom([PROGRAM], environment, cleanUp)), headers: {} };
}

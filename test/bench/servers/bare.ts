import type { CleanUp } from '../clean-up.js';
import { serveFrom } from './child-process.js';
import type { Server } from './server.js';

const PROGRAM = 'dist/test/bench/peers/bare.js';

export async function serveBare(databaseUrl: string, cleanUp: CleanUp): Promise<Server> {
  return {
    name: 'bare',
    ...(await serveFrom([PROGRAM], { DATABASE_URL: databaseUrl }, cleanUp)),
    headers: {},
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { CleanUp } from '../clean-up.js';
import { outputOf, serveFrom } from './child-process.js';
import { CONNECTIONS, type Server } from './server.js';

const MAIN = 'dist/src/main.js';

const DAY_MS = 86_400_000;

/**
 * Starts this project's server as it runs in production, access checks and all other limits on. Two settings differ:
 * any rate is taken, and a statement may take minutes, so that a slow one is measured instead of broken off.
 *
 * @param report is told why it is not ready yet
 */
export async function serveOurs(
  databaseUrl: string,
  cleanUp: CleanUp,
  report: (progress: string) => void,
): Promise<Server> {
  const database = { DATABASE_URL: databaseUrl };
  const token = await outputOf([MAIN, 'token', 'create', ...tokenOptions()], database);
  const environment = {
    ...database,
    DATABASE_POOL_SIZE: String(CONNECTIONS),
    PORT: '0',
    RATE_LIMIT: '0',
    READ_TIMEOUT_MS: '600000',
  };
  const serving = await serveFrom([MAIN, 'start'], environment, cleanUp);
  await untilUsageIsReady(serving.url, report);
  return { name: 'llm-call-log', ...serving, headers: { authorization: `Bearer ${token.trim()}` } };
}

function tokenOptions(): string[] {
  const expires = new Date(Date.now() + DAY_MS).toISOString();
  return ['--name', 'bench', '--scope', 'logs:read', '--scope', 'logs:write', '--expires', expires];
}

/** Waits until the server says that it is ready; what it keeps about usage counts towards that. */
async function untilUsageIsReady(url: string, report: (progress: string) => void): Promise<void> {
  let told: string | undefined;
  for (;;) {
    const answer = await fetch(`${url}/readyz`);
    if (answer.ok) return;
    const { reason } = (await answer.json()) as { reason: string };
    if (reason !== told) report(`This server is not ready yet: ${reason}`);
    told = reason;
    await sleep(200);
  }
}

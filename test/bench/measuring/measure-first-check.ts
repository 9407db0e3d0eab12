import { setTimeout as sleep } from 'node:timers/promises';
import { CleanUp } from '../clean-up.js';
import { serveOurs } from '../servers/ours.js';
import { HttpClient } from './http-client.js';
import { cpuTime } from './process-usage.js';
import { median } from './statistics.js';

/** How long a server is left alone before and after its first check, in milliseconds: what it does behind an answer counts. */
const SETTLING_MS = 3_000;

/** The most CPU time that the first check may take, in milliseconds. */
const LIMIT = 300;

/** What a server does to look for the first time whether its tables are as they should be. Times are medians, in milliseconds. */
export interface FirstCheckResult {
  /** Until `/readyz` was answered. */
  answered: number;
  /** CPU time of the process, until it was idle again. */
  cpu: number;
  cpuLimit: number;
}

/**
 * Starts our server several times, and asks each time once whether it is ready.
 *
 * @throws Error where it is not
 */
export async function measureFirstChecks(
  url: string,
  rounds: number,
  cleanUp: CleanUp,
): Promise<FirstCheckResult> {
  const checks: Pick<FirstCheckResult, 'answered' | 'cpu'>[] = [];
  for (let round = 0; round < rounds; round += 1) checks.push(await checkOnce(url, cleanUp));
  return {
    answered: median(checks.map(({ answered }) => answered)),
    cpu: median(checks.map(({ cpu }) => cpu)),
    cpuLimit: LIMIT,
  };
}

async function checkOnce(url: string, cleanUp: CleanUp): Promise<{ answered: number; cpu: number }> {
  const own = new CleanUp();
  cleanUp.later(() => own.run(Promise.resolve()));
  const server = await serveOurs(url, own, () => undefined);
  await sleep(SETTLING_MS);
  const client = new HttpClient(server);
  const before = await cpuTime(server.pid);
  const asked = performance.now();
  const { status, body } = await client.get('/readyz');
  if (status !== 200) throw new Error(`The server is not ready: ${body.toString()}`);
  const answered = performance.now() - asked;
  await sleep(SETTLING_MS);
  const cpu = (await cpuTime(server.pid)) - before;
  await client.close();
  await own.run(Promise.resolve());
  return { answered, cpu };
}

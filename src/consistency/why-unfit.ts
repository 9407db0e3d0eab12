import { setTimeout as sleep } from 'node:timers/promises';
import { Risk } from '../database/structure/finding.js';
import type { Check } from './check.js';
import type { Report } from './report.js';

/** A check is made at most once in this time, however often somebody asks. */
const CHECK_EVERY_MS = 2_000;

/** How long an asker waits for a check; after that, the result of the previous check counts. */
const PATIENCE_MS = 1_000;

/**
 * Makes a function that says in one sentence why this server should get no requests; null for no reason. A reason is
 * what the last complete check has found, and not that a check takes long or fails. The function never fails.
 *
 * @param onFailure is told why a check could not be made
 */
export function whyUnfit(check: Check, onFailure: (error: unknown) => void): () => Promise<string | null> {
  let reason: string | null = null;
  let checking: Promise<void> | undefined;
  let beganAt = -Infinity;
  const checkAgain = async () => {
    try {
      const report = await check();
      if (report.complete) reason = reasonIn(report);
    } catch (error) {
      onFailure(error);
    } finally {
      checking = undefined;
    }
  };
  return async () => {
    if (!checking && performance.now() - beganAt >= CHECK_EVERY_MS) {
      beganAt = performance.now();
      checking = checkAgain();
    }
    if (checking) await Promise.race([checking, sleep(PATIENCE_MS, undefined, { ref: false })]);
    return reason;
  };
}

function reasonIn({ risk, migrations }: Report): string | null {
  if (migrations.some(({ ranAt }) => ranAt === null)) return 'A migration is pending; run "npm run migrate".';
  return risk === Risk.HIGH
    ? 'The tables are not what this version needs; "npm run check" says what is wrong.'
    : null;
}

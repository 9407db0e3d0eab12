import { setTimeout as sleep } from 'node:timers/promises';
import { Risk } from '../database/structure/finding.js';
import type { Check } from './check.js';
import type { Report } from './report.js';

/** However often anyone asks, a check is made no more often than this. */
const CHECK_EVERY_MS = 2_000;

/** How long whoever asks waits for a check; after that, the result of the one before it counts. */
const PATIENCE_MS = 1_000;

/**
 * Makes a function that says in one sentence why this server should not be asked anything; null for no reason.
 * The reasons are what the last complete check has found: that a check takes long, or cannot be made, is none. The
 * function never fails.
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

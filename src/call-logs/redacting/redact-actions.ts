import type { UseDatabase } from '../../database/open-configured.js';
import { explainDatabaseError } from '../../database/explain-error.js';
import { OperatorError } from '../../operator-error.js';
import { TerminalBar } from '../../terminal-bar.js';
import { openRedactor, type OpenRedactorConfig } from '../recording/redaction.js';
import { redactStoredCalls } from './redact-stored-calls.js';

/** Options of `redact`, as they were typed. */
export interface RedactOptions {
  dryRun?: boolean;
  apply?: boolean;
  after?: string;
}

const BAR = 'redact {bar} {percentage} % | {calls} calls | {duration_formatted} | {eta_formatted} left';

/**
 * Goes over the log, and prints how many secrets there are, by kind, and never one of them.
 *
 * @throws OperatorError
 */
export async function redactCalls(
  { dryRun, apply, after = '0' }: RedactOptions,
  useDatabase: UseDatabase,
  config: OpenRedactorConfig,
  signal: AbortSignal,
): Promise<void> {
  if (!dryRun && !apply) {
    throw new OperatorError('Add --dry-run to count secrets, or --apply to replace them.');
  }
  if (!/^\d{1,18}$/.test(after)) {
    throw new OperatorError(`--after must be the number of a call, such as 12345, not ${after}.`);
  }
  await useDatabase(async ({ database }) => {
    const redactor = await openRedactor(database, config);
    if (!redactor) throw new OperatorError('REDACT is off, so nothing counts as a secret. Unset it first.');
    const bar = new TerminalBar(process.stderr, BAR);
    let done = { calls: 0, redacted: 0, last: after };
    try {
      for await (const progress of redactStoredCalls(database, redactor, after, apply === true)) {
        done = progress;
        bar.update(Number(progress.last), Number(progress.end), {
          calls: progress.calls.toLocaleString('en'),
        });
        if (signal.aborted) break;
      }
    } catch (error) {
      throw withPlace(explainDatabaseError(error), done.last);
    } finally {
      bar.stop();
    }
    print(
      `${count(done.calls, 'call')} looked at, ${done.redacted.toLocaleString('en')} of them ${apply ? 'redacted' : 'with secrets; nothing was changed'}.`,
    );
    for (const [kind, secrets] of [...redactor.replaced].sort(([, one], [, other]) => other - one)) {
      print(`  ${kind}: ${secrets.toLocaleString('en')}`);
    }
    if (signal.aborted) print(`Interrupted. To go on: --after ${done.last}`);
    else if (apply && done.redacted > 0) {
      print(
        "What was replaced is still in backups, and in the database's files until they are vacuumed: replace such keys at their providers.",
      );
    }
  });
}

/** A message with where to go on. */
function withPlace(error: unknown, last: string): unknown {
  if (!(error instanceof OperatorError)) return error;
  return new OperatorError(`${error.message} To go on: --after ${last}`);
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

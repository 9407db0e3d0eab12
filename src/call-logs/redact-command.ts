import { Command, Option } from 'commander';
import type { UseDatabase } from '../database/open-configured.js';
import type { RedactOptions } from './redacting/redact-actions.js';
import type { OpenRedactorConfig } from './recording/redaction.js';

/**
 * `redact`: replaces secrets in calls that are in the log already.
 *
 * @param useDatabase opens the migrated database
 * @param signal ends it behind the batch at hand when it is aborted
 * @param readConfig reads the environment, which says what a secret is
 */
export function redactCommand(
  useDatabase: UseDatabase,
  signal: AbortSignal,
  readConfig: () => Promise<OpenRedactorConfig>,
): Command {
  return new Command('redact')
    .description('replace secrets in calls that are in the log already, while servers go on recording')
    .addOption(new Option('--dry-run', 'count them, and change nothing').conflicts('apply'))
    .option('--apply', 'replace them')
    .option('--after <id>', 'go on behind the call of this number, as an earlier run said')
    .action(async (options: RedactOptions) => {
      const { redactCalls } = await import('./redacting/redact-actions.js');
      await redactCalls(options, useDatabase, await readConfig(), signal);
    });
}

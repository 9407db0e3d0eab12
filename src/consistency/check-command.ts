import { Command, Option } from 'commander';
import type { Database } from '../database/database.js';
import type { UseDatabase } from '../database/open-configured.js';
import type { Check } from './check.js';
import type { CheckOptions } from './check-actions.js';

const FORMATS: readonly CheckOptions['format'][] = ['markdown', 'json', 'github'];
const RISKS: readonly CheckOptions['failOn'][] = ['low', 'medium', 'high'];

/**
 * `check`: whether live database, migrations, entities and schema agree.
 *
 * The process exits with 0, with 1 for findings of the risk of --fail-on or above, and with 2 when it could
 * not check.
 *
 * @param useDatabase opens the database as it stands
 * @param createCheck makes the check of a database against the API
 */
export function checkCommand(
  useDatabase: UseDatabase,
  createCheck: (database: Database) => Promise<Check>,
): Command {
  return new Command('check')
    .description('check whether database, migrations, code and GraphQL schema agree; changes nothing')
    .addOption(
      new Option('--format <format>', 'what to print; github is for annotations of GitHub Actions')
        .choices(FORMATS)
        .default('markdown'),
    )
    .addOption(
      new Option('--fail-on <risk>', 'the lowest risk that makes the command fail')
        .choices(RISKS)
        .default('medium'),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 no finding of that risk or above; 1 at least one; 2 the check could not be made',
    )
    .action(async (options: CheckOptions) => {
      const { runCheck } = await import('./check-actions.js');
      await runCheck(useDatabase, createCheck, options);
    });
}

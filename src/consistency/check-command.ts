import { Command, Option } from 'commander';
import type { Database } from '../database/database.js';
import { explainDatabaseError } from '../database/explain-error.js';
import { atLeast, Risk } from '../database/structure/finding.js';
import { OperatorError } from '../operator-error.js';
import type { Check } from './check.js';
import { reportGithub } from './report-github.js';
import { reportMarkdown } from './report-markdown.js';
import type { Report } from './report.js';

/** Exit codes. */
const FOUND = 1;
const COULD_NOT_CHECK = 2;

const FORMATS: Record<string, (report: Report) => string> = {
  markdown: reportMarkdown,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  github: reportGithub,
};

/** The database of a command; `close` lets go of it. */
export interface CommandDatabase {
  database: Database;
  close(): Promise<void>;
}

/**
 * `check`: whether live database, migrations, entities and schema agree.
 *
 * The process exits with 0, with 1 for findings of the risk of --fail-on or above, and with 2 when it could
 * not check.
 *
 * @param open opens the database as it stands
 * @param createCheck makes the check of a database against the API
 */
export function checkCommand(
  open: () => Promise<CommandDatabase>,
  createCheck: (database: Database) => Promise<Check>,
): Command {
  return new Command('check')
    .description('look whether database, migrations, code and GraphQL schema agree; changes nothing')
    .addOption(
      new Option('--format <format>', 'what to print; github is for annotations of GitHub Actions')
        .choices(Object.keys(FORMATS))
        .default('markdown'),
    )
    .addOption(
      new Option('--fail-on <risk>', 'the least risk to fail on')
        .choices(['low', 'medium', 'high'])
        .default('medium'),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing found; 1 findings of that risk or above; 2 it could not be checked',
    )
    .action(async ({ format, failOn }: { format: string; failOn: string }) => {
      try {
        const opened = await open();
        try {
          const check = await createCheck(opened.database);
          const report = await check();
          process.stdout.write(FORMATS[format]?.(report) ?? '');
          const failed = atLeast(report.risk, Risk[failOn.toUpperCase() as keyof typeof Risk]);
          process.exitCode = report.complete ? (failed ? FOUND : 0) : COULD_NOT_CHECK;
        } finally {
          await opened.close();
        }
      } catch (error) {
        const explained = explainDatabaseError(error) as Error;
        const said = explained instanceof OperatorError ? explained.message : explained.stack;
        process.stderr.write(`${said}\n`);
        process.exitCode = COULD_NOT_CHECK;
      }
    });
}

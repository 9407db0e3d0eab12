import type { Database } from '../database/database.js';
import { explainDatabaseError } from '../database/explain-error.js';
import type { UseDatabase } from '../database/open-configured.js';
import { atLeast, Risk } from '../database/structure/finding.js';
import { OperatorError } from '../operator-error.js';
import type { Check } from './check.js';
import { reportGithub } from './report-github.js';
import { reportMarkdown } from './report-markdown.js';
import type { Report } from './report.js';

/** Options of `check`, as they were typed. */
export interface CheckOptions {
  format: 'markdown' | 'json' | 'github';
  failOn: 'low' | 'medium' | 'high';
}

/** Exit codes. */
const EXIT_FINDINGS = 1;
const EXIT_NOT_CHECKED = 2;

const FORMATS: Record<CheckOptions['format'], (report: Report) => string> = {
  markdown: reportMarkdown,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  github: reportGithub,
};

/** Checks, prints the report, and sets the exit code. */
export async function runCheck(
  useDatabase: UseDatabase,
  createCheck: (database: Database) => Promise<Check>,
  { format, failOn }: CheckOptions,
): Promise<void> {
  try {
    const report = await useDatabase(async ({ database }) => (await createCheck(database))());
    process.stdout.write(FORMATS[format](report));
    const failed = atLeast(report.risk, Risk[failOn.toUpperCase() as keyof typeof Risk]);
    process.exitCode = report.complete ? (failed ? EXIT_FINDINGS : 0) : EXIT_NOT_CHECKED;
  } catch (error) {
    const explained = explainDatabaseError(error) as Error;
    const said = explained instanceof OperatorError ? explained.message : explained.stack;
    process.stderr.write(`${said}\n`);
    process.exitCode = EXIT_NOT_CHECKED;
  }
}

import type { UseDatabase } from '../../database/open-configured.js';
import { openRedactor, type OpenRedactorConfig } from '../recording/redaction.js';
import { OperatorError } from '../../operator-error.js';
import { importFiles, type ImportSummary } from './import-files.js';
import { importProgress } from './import-progress.js';
import { planImport, type ImportOptions } from './plan-import.js';

/** Exit code of an import that left rows out. */
const SOME_REJECTED = 3;

/**
 * What the command `import` does: prints what became of each file, and sets the exit code.
 *
 * @param config says how secrets are kept out; left out where they may go in
 * @throws OperatorError where a file was not loaded
 */
export async function runImport(
  paths: string[],
  options: ImportOptions,
  useDatabase: UseDatabase,
  signal: AbortSignal,
  config?: OpenRedactorConfig,
): Promise<void> {
  const plan = await planImport(paths, options, process.stdin, signal);
  try {
    await useDatabase(async ({ database, url }) => {
      const redactor = config && (await openRedactor(database, config));
      const progress = importProgress(process.stderr);
      for await (const summary of importFiles(url, plan, progress, signal, redactor)) {
        process.stdout.write(`${describe(summary)}\n`);
        if (summary.rejected > 0) process.exitCode = SOME_REJECTED;
      }
    });
  } catch (error) {
    // Whoever interrupts the import wants to know what became of the file.
    if (signal.aborted && error instanceof OperatorError) process.stderr.write(`${error.message}\n`);
    throw error;
  }
}

function describe({ name, rows, rejected, rejects, tokens, redacted, seconds }: ImportSummary): string {
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const bad = rejects === undefined ? '0 rejected' : `${count(rejected)} rejected (see ${rejects})`;
  const rate = count(rows / seconds);
  const secrets = redacted === 0 ? '' : `${count(redacted)} secret${redacted === 1 ? '' : 's'} redacted, `;
  return `${name}: ${count(rows)} rows in, ${bad}, ${count(tokens)} tokens, ${secrets}${seconds.toFixed(1)} s, ${rate} rows/s`;
}

import { OperatorError } from '../../operator-error.js';
import type { Redactor } from '../../redaction/redactor.js';
import { importFile } from './import-file.js';
import type { RowCounts } from './import-rows.js';
import type { ImportPlan } from './plan-import.js';
import type { ImportProgress } from './import-progress.js';
import { Rejects } from './rejects.js';

/** What became of one file. */
export interface ImportSummary extends RowCounts {
  name: string;
  seconds: number;
  /** Path of the file of rejected rows, where there are any. */
  rejects: string | undefined;
}

/**
 * Imports files of calls one after the other, each in a transaction of its own.
 *
 * @param redactor replaces the secrets of rows; left out where they may stay
 * @yields what became of a file as soon as it is in
 * @throws OperatorError where a file cannot be loaded. Files before it stay loaded, and are named.
 */
export async function* importFiles(
  url: string,
  plan: ImportPlan,
  progress: ImportProgress,
  signal: AbortSignal,
  redactor?: Redactor,
): AsyncGenerator<ImportSummary> {
  const { mapping, allOrNothing } = plan;
  const loaded: string[] = [];
  for (const { source, rejectsPath } of plan.files) {
    const started = performance.now();
    const rejects = await Rejects.at(rejectsPath);
    const job = { source, mapping, rejects, allOrNothing, progress, signal, redactor };
    const counts = await importFile(url, job).catch((error: unknown) => {
      throw withLoaded(error, loaded);
    });
    yield {
      name: source.name,
      ...counts,
      seconds: (performance.now() - started) / 1000,
      rejects: counts.rejected > 0 ? rejects.path : undefined,
    };
    loaded.push(source.name);
  }
}

function withLoaded(error: unknown, loaded: string[]): unknown {
  if (!(error instanceof OperatorError) || loaded.length === 0) return error;
  return new OperatorError(`${error.message} Loaded before it: ${loaded.join(', ')}.`);
}

import { basename, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { OperatorError } from '../../operator-error.js';
import { columnsOf } from './formats.js';
import { parseMapping, type Mapping } from './mapping.js';
import { rowReader, type Format } from './row-reader.js';
import { describeSource, readHead, type Source } from './source.js';

/** What an operator may ask of an import. */
export interface ImportOptions {
  /** `field=column`, several of them separated by commas. */
  map?: string[] | undefined;
  /** `field=value`. */
  set?: string[] | undefined;
  /** IANA zone of times without an offset; UTC where left out. */
  timeZone?: string | undefined;
  /** By the extension of each file where left out. */
  format?: Format | undefined;
  /** Path for rejected rows; next to the file where left out. */
  rejects?: string | undefined;
  allOrNothing?: boolean | undefined;
}

/** An import whose options, files and columns fit together. */
export interface ImportPlan {
  files: { source: Source; rejectsPath: string }[];
  mapping: Mapping;
  /** Load nothing of a file with a bad row. */
  allOrNothing: boolean;
}

/**
 * Checks an import as far as that goes without a database.
 *
 * @param paths of files, or `-` for standard input
 * @throws OperatorError in one sentence, where an option, a file or a column is wrong
 */
export async function planImport(
  paths: string[],
  options: ImportOptions,
  stdin: Readable,
  signal: AbortSignal,
): Promise<ImportPlan> {
  const mapping = parseMapping(options.map ?? [], options.set ?? [], options.timeZone ?? 'UTC');
  if (paths.filter((path) => path === '-').length > 1) {
    throw new OperatorError('Standard input can be read only once.');
  }
  if (options.rejects !== undefined && paths.length > 1) {
    throw new OperatorError(
      '--rejects works with one FILE only; leave it out to get the rejected rows of each file next to it.',
    );
  }
  const sources: Source[] = [];
  for (const path of paths) sources.push(await describeSource(path, options.format, stdin));
  for (const source of sources) await checkColumns(source, mapping, signal);
  const files = sources.map((source) => ({ source, rejectsPath: rejectsPath(source, options.rejects) }));
  return { files, mapping, allOrNothing: options.allOrNothing === true };
}

function rejectsPath(source: Source, wanted: string | undefined): string {
  const isFile = source.size !== undefined;
  if (wanted === undefined) return `${isFile ? source.name : basename(source.name)}.rejects.jsonl`;
  if (isFile && resolve(wanted) === resolve(source.name)) {
    throw new OperatorError(`--rejects ${wanted} is the file to import; name another one.`);
  }
  return wanted;
}

/** What can be read only once is checked when it is read. */
async function checkColumns(source: Source, mapping: Mapping, signal: AbortSignal): Promise<void> {
  if (source.size === undefined) return;
  const stream = source.open(signal);
  try {
    const { head } = await readHead(source, stream);
    rowReader(mapping, source.format, await columnsOf(source, head), source.name);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(`${source.name} cannot be read: ${(error as Error).message}.`);
  } finally {
    stream.destroy();
  }
}

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { OperatorError } from '../../operator-error.js';
import type { Format } from './row-reader.js';

const CHUNK_BYTES = 512 * 1024;
/** As much of a file as is read to learn its columns. */
const HEAD_BYTES = 1024 * 1024;

/** A file, or standard input, that calls are imported from. */
export interface Source {
  /** As the operator wrote it; `stdin` for standard input. */
  name: string;
  format: Format;
  /** Length in bytes, where it is known beforehand. */
  size: number | undefined;
  /** Opens it from the beginning. Standard input can be opened only once. */
  open(signal: AbortSignal): Readable;
}

/**
 * Looks a source up.
 *
 * @param path of a file, or `-` for standard input
 * @param format undefined: by the extension of the file
 * @throws OperatorError when there is no such file, or its format is not known
 */
export async function describeSource(
  path: string,
  format: Format | undefined,
  stdin: Readable,
): Promise<Source> {
  if (path === '-') {
    if (!format)
      throw new OperatorError('Standard input has no extension; add --format csv or --format jsonl.');
    return { name: 'stdin', format, size: undefined, open: (signal) => addAbortSignal(signal, stdin) };
  }
  const found = await stat(path).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new OperatorError(`${path} cannot be read: ${reason}.`);
  });
  if (found.isDirectory()) throw new OperatorError(`${path} is a folder; name the files in it.`);
  return {
    name: path,
    format: format ?? formatOf(path),
    size: found.isFile() ? found.size : undefined,
    open: (signal) => createReadStream(path, { highWaterMark: CHUNK_BYTES, signal }),
  };
}

function formatOf(path: string): Format {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.jsonl' || extension === '.ndjson') return 'jsonl';
  throw new OperatorError(
    `${path} is neither .csv nor .jsonl nor .ndjson; add --format csv or --format jsonl.`,
  );
}

/** The beginning of a source without its byte order mark, and the chunks that follow it. */
export interface OpenSource {
  head: Buffer;
  rest: AsyncIterator<Buffer, undefined>;
}

/** @throws OperatorError when the source is not text in UTF-8 */
export async function readHead(source: Source, stream: Readable): Promise<OpenSource> {
  const rest = (stream as AsyncIterable<Buffer, undefined>)[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  for (let length = 0; length < HEAD_BYTES; length += chunks.at(-1)?.length ?? 0) {
    const next = await rest.next();
    if (next.done) break;
    chunks.push(Buffer.from(next.value));
  }
  const head = Buffer.concat(chunks);
  const mark = head.toString('hex', 0, 3);
  if (mark.startsWith('fffe') || mark.startsWith('feff')) {
    throw new OperatorError(`${source.name} is UTF-16; save it as UTF-8.`);
  }
  return { head: mark === 'efbbbf' ? head.subarray(3) : head, rest };
}

import { promisify } from 'node:util';
import { constants, gunzip, zstdDecompress, type ZlibOptions, type ZstdOptions } from 'node:zlib';
import { refusal } from './graphql-errors.js';

/** The names of compressions that bodies may have, as Content-Encoding has them. */
export const ENCODINGS = ['gzip', 'zstd'] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** Larger steps than Node's own take fewer turns of its thread pool. */
const CHUNK_BYTES = 128 * 1024;

/** A compressed body can ask for memory of its own: this much, 8 MiB, is what RFC 9659 has all clients keep to. */
const MAX_WINDOW_LOG = 23;

/** Of each there can be little more than its header, and it takes a step of the thread pool. */
const MAX_ZSTD_FRAMES = 1000;

/**
 * Unpacks a compressed body, and stops as soon as that is larger than it may be.
 *
 * @param limit bytes
 * @returns undefined where it is larger
 * @throws BAD_REQUEST for what is not compressed, or only in part
 */
export async function inflate(body: Buffer, encoding: Encoding, limit: number): Promise<Buffer | undefined> {
  try {
    return encoding === 'gzip'
      ? await gunzipped(body, { maxOutputLength: limit, chunkSize: CHUNK_BYTES })
      : await inflateZstd(body, limit);
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw refusal(
      'BAD_REQUEST',
      `The body is not ${encoding}, or not all of it: ${(error as Error).message}.`,
      400,
    );
  }
}

const gunzipped: (body: Buffer, options: ZlibOptions) => Promise<Buffer> = promisify(gunzip);

/** Unlike gunzip, Node stops after the first frame; a body may have several, and some programs end it with an empty one. */
async function inflateZstd(body: Buffer, limit: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let left = limit;
  for (let from = 0; from < body.length;) {
    if (pieces.length === MAX_ZSTD_FRAMES) throw new Error(`it has more than ${MAX_ZSTD_FRAMES} frames`);
    const { buffer, engine } = await inflatedFrame(body.subarray(from), {
      info: true,
      maxOutputLength: Math.max(left, 1),
      chunkSize: CHUNK_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
    });
    left -= buffer.length;
    if (left < 0) return undefined;
    pieces.push(buffer);
    from += engine.bytesWritten;
  }
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

interface Frame {
  buffer: Buffer;
  engine: { bytesWritten: number };
}

const inflatedFrame = promisify(zstdDecompress) as unknown as (
  body: Buffer,
  options: ZstdOptions,
) => Promise<Frame>;

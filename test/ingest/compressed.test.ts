import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { once } from 'node:events';
import { connect } from 'node:net';
import { constants, createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { useTestServer } from '../support/server.js';
import { bearer } from '../support/token.js';
import { CALL, lines, send } from './sending.js';

const RECORDING = 400_000;
const server = useTestServer(() => ({
  http: { body: 200_000, recordingBody: RECORDING, bodies: RECORDING * 2 },
}));

beforeEach(async () => {
  await sql`TRUNCATE llm_call_logs`.execute(server.database.sql);
});

async function count(): Promise<number> {
  const { rows } = await sql<{ count: string }>`SELECT count(*) FROM llm_call_logs`.execute(
    server.database.sql,
  );
  return Number(rows[0]?.count);
}

/** A call whose line has so many bytes, which compress to few. */
function callOf(bytes: number): string {
  const of = (filling: string) => JSON.stringify({ ...CALL, responseContent: filling });
  return of('x'.repeat(bytes - of('').length));
}

const COMPRESSED: [string, (body: string | Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
];

test.each(COMPRESSED)('a body compressed by %s is unpacked, small or large', async (encoding, compress) => {
  for (const size of [200, 60_000, 70_000, RECORDING]) {
    const answer = await send(server, compress(callOf(size)), { 'content-encoding': encoding });
    expect({ size, ...answer }).toMatchObject({ size, status: 200, body: { recorded: 1, rejected: [] } });
  }
  // What does not compress is large on its way, too.
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('base64');
  const rows = lines(...[1, 2, 3, 4].map(() => ({ ...CALL, responseContent: random })));
  const answer = await send(server, compress(rows), { 'content-encoding': encoding.toUpperCase() });
  expect(answer).toMatchObject({ status: 200, body: { recorded: 4 } });
  expect(await count()).toBe(8);
});

test.each(COMPRESSED)(
  'a body that %s has made small is cut off where it becomes too large',
  async (encoding, compress) => {
    for (const size of [RECORDING + 1, 200_000_000]) {
      const { status, body } = await send(server, compress(Buffer.alloc(size, '\n')), {
        'content-encoding': encoding,
      });
      expect(status).toBe(413);
      expect(body.errors).toMatchObject([{ extensions: { code: 'PAYLOAD_TOO_LARGE', limit: RECORDING } }]);
      expect(body.errors[0].message).toContain('MAX_RECORDING_BODY_BYTES');
    }
    expect(await count()).toBe(0);
  },
);

test.each(COMPRESSED)('pieces that %s has compressed one by one are all read', async (encoding, compress) => {
  const pieces = [callOf(200), '\n', callOf(100_000), '', '\n', callOf(300)].map(compress);
  const { body } = await send(server, Buffer.concat(pieces), { 'content-encoding': encoding });
  expect(body).toEqual({ recorded: 3, rejected: [] });
});

test('a stream that was compressed as it came is read to its end', async () => {
  const stream = createZstdCompress();
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  for (const size of [200, 100_000, 250]) {
    stream.write(`${callOf(size)}\n`);
    await new Promise<void>((resolve) => {
      stream.flush(constants.ZSTD_e_flush, resolve);
    });
  }
  stream.end();
  await once(stream, 'end');
  const { body } = await send(server, Buffer.concat(pieces), { 'content-encoding': 'zstd' });
  expect(body).toEqual({ recorded: 3, rejected: [] });
});

test('what would take more memory than zstd needs is refused', async () => {
  const stream = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } });
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  stream.write(`${callOf(200)}\n`);
  await new Promise<void>((resolve) => {
    stream.flush(constants.ZSTD_e_flush, resolve);
  });
  stream.end();
  await once(stream, 'end');
  const { status, body } = await send(server, Buffer.concat(pieces), { 'content-encoding': 'zstd' });
  expect({ status, body }).toMatchObject({
    status: 400,
    body: { errors: [{ message: expect.stringContaining('memory'), extensions: { code: 'BAD_REQUEST' } }] },
  });
  const frames = Buffer.concat(Array.from({ length: 1001 }, () => zstdCompressSync('')));
  expect(await send(server, frames, { 'content-encoding': 'zstd' })).toMatchObject({ status: 400 });
});

test.each(COMPRESSED)('what is not %s, or not all of it, is refused', async (encoding, compress) => {
  const whole = compress(callOf(1000));
  for (const body of [callOf(100), whole.subarray(0, -5), Buffer.concat([whole, Buffer.from('more')])]) {
    const { status, body: answer } = await send(server, body, { 'content-encoding': encoding });
    expect(status).toBe(400);
    expect(answer.errors).toMatchObject([
      { message: expect.stringContaining(`not ${encoding}`), extensions: { code: 'BAD_REQUEST' } },
    ]);
  }
  expect(await count()).toBe(0);
});

test.each(['br', 'deflate', 'gzip, zstd', 'identity, gzip'])(
  'a body compressed by %s is refused',
  async (encoding) => {
    const { status, headers, body } = await send(server, lines(CALL), { 'content-encoding': encoding });
    expect({ status, body }).toMatchObject({
      status: 415,
      body: { errors: [{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }] },
    });
    expect(headers.get('accept-encoding')).toBe('gzip, zstd');
  },
);

test('an uncompressed body may say so, and an empty one is none', async () => {
  expect(await send(server, lines(CALL), { 'content-encoding': 'identity' })).toMatchObject({ status: 200 });
  expect(await send(server, '', { 'content-encoding': 'gzip' })).toMatchObject({ status: 400 });
});

test('a body that is too large is refused before it arrives', async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.write(
    `POST /ingest/calls HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nAuthorization: ${bearer().authorization}\r\nContent-Length: ${RECORDING + 1}\r\n\r\n`,
  );
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
  expect(answer).toContain('MAX_RECORDING_BODY_BYTES');
});

test('many compressed bodies at once, larger together than there is room for, are all recorded', async () => {
  const body = gzipSync(callOf(350_000));
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => send(server, body, { 'content-encoding': 'gzip' })),
  );
  for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { recorded: 1 } });
});

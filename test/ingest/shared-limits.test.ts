import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { eventually } from '../support/eventually.js';
import { post } from '../support/post.js';
import { useTestServer } from '../support/server.js';
import { bearer, newToken, TEST_TOKEN } from '../support/token.js';
import { CALL, lines, send } from './sending.js';

const RATE = 5;
const RECORDING = 400_000;
const limited = useTestServer(() => ({ http: { rate: RATE } }));
const server = useTestServer(() => ({
  http: { body: 200_000, recordingBody: RECORDING, bodies: RECORDING * 2, requestTimeout: 8000 },
}));

// How long a body waits for room follows from the time that requests have; the slow ones outlast that here.
beforeAll(() => {
  server.listener.requestTimeout = 0;
});

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Sends a request to /ingest/calls, or the beginning of one. */
function write(headers: string, body = ''): Socket {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  sockets.push(socket);
  const { authorization } = bearer();
  socket.write(
    `POST /ingest/calls HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nAuthorization: ${authorization}\r\n${headers}\r\n\r\n${body}`,
  );
  return socket;
}

test('requests count together with those of GraphQL, refused ones as well', async () => {
  const token = await newToken(limited.database);
  const statuses = [
    (await send(limited, lines(CALL), bearer(token))).status,
    (await send(limited, lines(CALL), { ...bearer(token), 'content-type': 'text/plain' })).status,
    (await post(limited.url, '{ __typename }', {}, token)).status,
    (await send(limited, '', bearer(token))).status,
    (await post(limited.url, '{ __typename }', {}, token)).status,
  ];
  expect(statuses).toEqual([200, 415, 200, 400, 200]);
  const refused = await send(limited, lines(CALL), bearer(token));
  expect(refused).toMatchObject({
    status: 429,
    body: { errors: [{ extensions: { code: 'RATE_LIMITED', limit: RATE } }] },
  });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await post(limited.url, '{ __typename }', {}, token)).status).toBe(429);
});

const LARGE = lines({ ...CALL, responseContent: 'x'.repeat(300_000) });

test('large bodies share the room with those of GraphQL, compressed ones by what they unpack to', async () => {
  for (let begun = 0; begun < 10; begun++) write('Content-Length: 390000');
  // Whatever comes later is behind them.
  await server.query('{ __typename }');
  const input = JSON.parse(LARGE) as object;
  const query = 'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id } }';
  const waited = [
    send(server, LARGE),
    send(server, gzipSync(LARGE), { 'content-encoding': 'gzip' }),
    post(server.url, query, { input }, TEST_TOKEN).then(({ status, ...body }) => ({ status, body })),
  ];
  const other = bearer(await newToken(server.database));
  for (const small of [lines(CALL), gzipSync(lines(CALL))]) {
    const encoding = typeof small === 'string' ? 'identity' : 'gzip';
    expect(await send(server, small, { 'content-encoding': encoding })).toMatchObject({ status: 200 });
  }
  expect(await send(server, LARGE, other)).toMatchObject({ status: 200, body: { recorded: 1 } });
  const compressed = { ...other, 'content-encoding': 'gzip' };
  expect(await send(server, gzipSync(LARGE), compressed)).toMatchObject({ status: 200 });
  for (const answer of await Promise.all(waited)) {
    expect(answer).toMatchObject({
      status: 503,
      body: { errors: [{ extensions: { code: 'OVERLOADED', limit: RECORDING } }] },
    });
  }
});

test('of a client that hangs up, batches that were not begun are not recorded', async () => {
  await sql`TRUNCATE llm_call_logs`.execute(server.database.sql);
  const body = lines(...Array.from({ length: 3000 }, () => CALL));
  const arrived = once(server.listener, 'request') as Promise<[IncomingMessage, ServerResponse]>;
  // The first batch waits for the lock until the client has left.
  const response = await server.database.sql.transaction().execute(async (transaction) => {
    await sql`LOCK TABLE llm_call_logs IN SHARE MODE`.execute(transaction);
    const socket = write(`Content-Length: ${Buffer.byteLength(body)}`, body);
    const [, answering] = await arrived;
    await eventually(async () => {
      const { rows } = await sql`
        SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'llm_call_logs'::regclass`.execute(
        transaction,
      );
      return rows.length > 0;
    });
    const left = once(answering, 'close');
    socket.destroy();
    await left;
    return answering;
  });
  await eventually(() => response.writableEnded);
  const { rows } = await sql`SELECT count(*)::int FROM llm_call_logs`.execute(server.database.sql);
  expect(rows).toEqual([{ count: 1000 }]);
});

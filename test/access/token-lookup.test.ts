import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { once } from 'node:events';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { hashOf } from '../../src/access/token-secret.js';
import { openDatabase } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createServer } from '../../src/server.js';
import { eventually } from '../support/eventually.js';
import { useTestServer } from '../support/server.js';
import { bearer, newToken } from '../support/token.js';
import { storedToken, useSecondServer, VIEWER } from './second-server.js';
import { TEST_CONFIG } from '../support/test-config.js';

const server = useTestServer();
const second = useSecondServer(server);

function lastUse(token: string): Promise<string> {
  return eventually(async () => (await storedToken(server, token)).last_used_at ?? undefined);
}

type Query = (this: unknown, config: string | { text: string }, ...rest: unknown[]) => Promise<unknown>;

/** Runs something; gives the statements about access tokens that it caused, and how many ran at one time at the most. */
async function lookUps(run: () => Promise<unknown>): Promise<{ texts: string[]; together: number }> {
  const texts: string[] = [];
  let running = 0;
  let together = 0;
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const original = prototype.query;
  prototype.query = function (config, ...rest) {
    const answer = original.call(this, config, ...rest);
    const text = typeof config === 'string' ? config : config.text;
    if (text.includes('llm_access_tokens')) {
      texts.push(text);
      running += 1;
      together = Math.max(together, running);
      void answer.finally(() => {
        running -= 1;
      });
    }
    return answer;
  };
  await run().finally(() => {
    prototype.query = original;
  });
  return { texts, together };
}

test('who calls again and again is looked up once', async () => {
  const token = await newToken(server.database);
  const { texts } = await lookUps(async () => {
    for (let count = 0; count < 50; count++) await server.query(VIEWER, {}, token);
    await lastUse(token);
  });
  const ours = texts.filter((text) => !text.includes('last_used_at::text'));
  expect(ours).toHaveLength(2); // the look-up, and the first use
});

test('strangers that come all at once take few statements, one after the other', async () => {
  const { texts, together } = await lookUps(async () => {
    const strangers = Array.from({ length: 500 }, (_, index) => `lcl_${String(index).padStart(43, 'x')}`);
    const statuses = await Promise.all(strangers.map((token) => second.statusOf(token)));
    expect(new Set(statuses)).toEqual(new Set([401]));
  });
  expect(texts.length).toBeLessThan(50);
  expect(together).toBe(1);
});

test('lastUsedAt is the time of a use, and written no more than once a minute', async () => {
  const token = await newToken(server.database);
  expect((await storedToken(server, token)).last_used_at).toBeNull();
  await second.statusOf(token);
  const first = await lastUse(token);
  expect(Math.abs(Date.parse(`${first}Z`) - Date.now())).toBeLessThan(10_000);

  // Uses that are looked up again, for which a server that has just started stands.
  const use = async () => {
    const another = await createServer(TEST_CONFIG, second.database);
    const answer = await another.inject({ url: '/graphql?query={viewer{name}}', headers: bearer(token) });
    expect(answer.statusCode).not.toBe(401);
    await another.close();
    return (await storedToken(server, token)).last_used_at;
  };
  const setUse = (secondsAgo: number) =>
    sql`
    UPDATE llm_access_tokens SET last_used_at = now() AT TIME ZONE 'UTC' - make_interval(secs => ${secondsAgo})
    WHERE token_hash = ${hashOf(token)} RETURNING last_used_at::text`.execute(server.database.sql);
  expect(await use()).toBe(first);
  await setUse(55);
  const recent = (await storedToken(server, token)).last_used_at;
  expect(await use()).toBe(recent);
  await setUse(61);
  const old = (await storedToken(server, token)).last_used_at;
  expect((await use())! > old!).toBe(true);
});

test('a request is answered although its use cannot be written', async () => {
  const token = await newToken(server.database);
  const blocker = new pg.Client({ connectionString: server.databaseUrl });
  await blocker.connect();
  await blocker.query('BEGIN');
  await blocker.query('SELECT FROM llm_access_tokens WHERE token_hash = $1 FOR UPDATE', [hashOf(token)]);
  expect((await server.query(VIEWER, {}, token)).viewer.name).toBe('a caller');
  await blocker.query('COMMIT');
  await blocker.end();

  await sql`ALTER TABLE llm_access_tokens ADD CONSTRAINT unused CHECK (last_used_at IS NULL) NOT VALID`.execute(
    server.database.sql,
  );
  const another = await newToken(server.database);
  expect((await server.query(VIEWER, {}, another)).viewer.name).toBe('a caller');
  await sql`ALTER TABLE llm_access_tokens DROP CONSTRAINT unused`.execute(server.database.sql);
});

test('a failure to look a caller up is masked, and is no refusal', async () => {
  const rename = (from: string, to: string) =>
    sql`ALTER TABLE ${sql.table(from)} RENAME TO ${sql.table(to)}`.execute(server.database.sql);
  await rename('llm_access_tokens', 'elsewhere');
  const { status, errors } = await server.send(VIEWER, {}, `lcl_${'y'.repeat(43)}`);
  await rename('elsewhere', 'llm_access_tokens');
  expect(status).toBe(500);
  expect(errors).toEqual([
    {
      message: 'Something went wrong on the server. Its log has the details under the requestId.',
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
    },
  ]);
});

test('without a database nobody is refused for good: the answer is 503', async () => {
  const { host, hostname, port } = new URL(server.databaseUrl);
  const sockets: Socket[] = [];
  const way = createTcpServer((socket) => {
    sockets.push(
      socket,
      socket.pipe(connect(Number(port), hostname)).on('error', () => undefined),
    );
    sockets[1]?.pipe(socket).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  const wayIn = `127.0.0.1:${(way.address() as AddressInfo).port}`;
  const remote = await openDatabase(server.databaseUrl.replace(host, wayIn), entities, 1);
  const app = await createServer(TEST_CONFIG, remote);
  for (const socket of sockets) socket.destroy();
  way.close();

  const answer = await app.inject({ url: '/graphql', headers: bearer() });
  expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
  await app.close();
  await remote.close();
});

import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { isAlive } from './support/alive.js';
import { createTestDatabase, dropTestDatabase } from './support/database.js';
import { connectTo, postgresOf, useDataFolders } from './support/data-folders.js';
import { eventually } from './support/eventually.js';
import { freeze } from './support/freeze.js';
import { runCli } from './support/processes.js';
import { bearer } from './support/token.js';

const { preparedFolder } = useDataFolders();

const RECORD =
  'mutation { recordCallLog(input: { status: SUCCESS, requestMessages: [], responseContent: "slow" }) { id } }';

/** What a server says that had to leave something hanging. */
const OVERDUE =
  'Something hangs and does not come to an end, so this ends without it. What was not answered may have been recorded or not.\n';

const undone: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of undone.splice(0)) await undo();
});

async function startEmbedded(environment: Record<string, string> = {}) {
  const dataDir = await preparedFolder();
  const server = runCli(['start'], { DATA_DIR: dataDir, ...environment });
  const url = await server.ready();
  return { server, url, postgres: (await postgresOf(dataDir)) ?? 0, database: await connectTo(dataDir) };
}

/** Stops listening, which is the first thing that a server does when it is told to stop. */
async function hasHeard(url: string): Promise<void> {
  await eventually(() =>
    fetch(`${url}/livez`, { headers: { connection: 'close' } }).then(
      () => undefined,
      () => true,
    ),
  );
}

async function waits(database: Client): Promise<void> {
  await eventually(
    async () => ((await database.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount ?? 0) > 0,
  );
}

describe('a server that is told to stop', () => {
  test('ends, with 0, although a client sends a byte of a body now and then', async () => {
    const { server, url, database } = await startEmbedded({ REQUEST_TIMEOUT_MS: '3600000' });
    await server.send('{ viewer { name } }');
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${bearer().authorization}\r\nContent-Length: 1000\r\n\r\n{"query":"`,
    );
    const trickle = setInterval(() => socket.write(' '), 50);
    undone.push(() => {
      clearInterval(trickle);
      socket.destroy();
    });
    await database.end();
    server.signal('SIGTERM');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.stderr()).toBe('');
  });

  test('answers a call that waits for a lock that nobody lets go of, ends, and stops its database', async () => {
    const { server, url, postgres, database } = await startEmbedded();
    await database.query('BEGIN; LOCK TABLE llm_call_logs IN SHARE MODE');
    const answer = server.send(RECORD).catch(() => undefined);
    await waits(database);
    server.signal('SIGTERM');
    await hasHeard(url);
    expect((await answer)?.errors?.[0]?.extensions.code).toBe('DATABASE_LOCKED');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.stderr()).toBe('');
    await eventually(() => !isAlive(postgres));
  });

  test('ends although usage that it is rolling up waits for a lock', async () => {
    const url = await createTestDatabase();
    undone.push(() => dropTestDatabase(url));
    const other = new Client({ connectionString: url });
    await other.connect();
    undone.unshift(() => other.end());
    await other.query('BEGIN; LOCK TABLE llm_usage_rollups IN ACCESS EXCLUSIVE MODE');
    const server = runCli(['start'], { DATABASE_URL: url });
    await server.send(RECORD);
    await waits(other);
    server.signal('SIGTERM');
    expect(await server.ended).toEqual({ code: 124, signal: null });
    // What it did not finish is as if it had not begun.
    await other.query('COMMIT');
    const { rows } = await other.query(`
      SELECT (SELECT count(*) FROM llm_usage_deltas)::integer AS deltas,
        (SELECT count(*) FROM llm_usage_rollups)::integer AS rollups`);
    expect(rows).toEqual([{ deltas: 1, rollups: 0 }]);
  });

  test.each([
    ['whose database does not answer', true],
    ['whose database does not stop', false],
  ])('%s ends, with 124, and the next one finds every call', async (_, withChildren) => {
    const dataDir = await preparedFolder();
    const server = runCli(['start'], { DATA_DIR: dataDir });
    expect((await server.send(RECORD)).errors).toBeUndefined();
    const wake = freeze((await postgresOf(dataDir)) ?? 0, { withChildren });
    undone.push(wake);
    const answer = withChildren ? server.send(RECORD).catch(() => undefined) : undefined;
    server.signal('SIGTERM');
    expect(await server.ended).toEqual({ code: 124, signal: null });
    expect(server.stderr()).toBe(OVERDUE);
    await answer;
    wake();
    const next = runCli(['start'], { DATA_DIR: dataDir });
    const { data } = await next.send('{ callLogs { totalCount } }');
    expect(data.callLogs.totalCount).toBeGreaterThanOrEqual(1);
    next.signal('SIGTERM');
    expect(await next.ended).toEqual({ code: 0, signal: null });
  });

  test('twice ends at once, with 143, although its database does not answer', async () => {
    const { server, url, postgres } = await startEmbedded();
    await server.send('{ viewer { name } }');
    undone.push(freeze(postgres, { withChildren: true }));
    const answer = server.send(RECORD).catch(() => undefined);
    server.signal('SIGTERM');
    await hasHeard(url);
    // Within a second of the first it would be taken for npm's copy of it.
    await sleep(1_100);
    server.signal('SIGTERM');
    expect(await server.ended).toEqual({ code: 143, signal: null });
    expect(server.stderr()).toBe('');
    await answer;
  });
});

test('a command that waits for a lock ends when it is told so twice', async () => {
  const url = await createTestDatabase();
  undone.push(() => dropTestDatabase(url));
  const other = new Client({ connectionString: url });
  await other.connect();
  undone.unshift(() => other.end());
  await other.query('BEGIN; LOCK TABLE llm_access_tokens IN ACCESS EXCLUSIVE MODE');
  const command = runCli(['token', 'list'], { DATABASE_URL: url });
  await waits(other);
  command.signal('SIGINT');
  await sleep(1_100);
  command.signal('SIGINT');
  expect(await command.ended).toEqual({ code: 130, signal: null });
});

test('a server that crashes ends with 70, and tells what of', async () => {
  const crash = `process.on('SIGUSR2',()=>{throw new Error('a mistake of ours')})`;
  const url = await createTestDatabase();
  undone.push(() => dropTestDatabase(url));
  const server = runCli(['start'], {
    DATABASE_URL: url,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(crash)}`,
  });
  await server.ready();
  server.signal('SIGUSR2');
  expect(await server.ended).toEqual({ code: 70, signal: null });
  expect(server.stderr()).toMatch(/^Error: a mistake of ours\n {4}at /);
});

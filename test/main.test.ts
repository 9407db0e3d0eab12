import { beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './support/alive.js';
import { connectTo, killPostgres, postgresOf, useDataFolders } from './support/data-folders.js';
import { eventually } from './support/eventually.js';
import { run, runCli, type Running } from './support/processes.js';

const { freshFolder, migratedFolder } = useDataFolders();

const RECORD = `mutation ($text: String!) {
  recordCallLog(input: { status: SUCCESS, requestMessages: [], responseContent: $text }) { id responseContent }
}`;

async function recorded(server: Running): Promise<string[]> {
  const { data } = await server.send(
    '{ callLogs(first: 1000, orderBy: CALL_TIME_ASC) { nodes { responseContent } } }',
  );
  return data.callLogs.nodes.map((node: { responseContent: string }) => node.responseContent);
}

/** Records a call that PostgreSQL cannot store until `finish` lets it. */
async function recordSlowly(server: Running, dataDir: string, text: string) {
  await server.ready();
  const other = await connectTo(dataDir);
  await other.query('BEGIN; LOCK TABLE llm_call_logs IN SHARE MODE');
  const answer = server.send(RECORD, { text });
  await eventually(async () => {
    const { rowCount } = await other.query('SELECT FROM pg_locks WHERE NOT granted');
    return rowCount === 1;
  });
  const finish = async () => {
    await other.query('COMMIT');
    await other.end().catch(() => undefined);
  };
  return { answer, finish };
}

async function refusesConnections(url: string): Promise<true> {
  return eventually(() =>
    fetch(`${url}/livez`, { headers: { connection: 'close' } }).then(
      () => undefined,
      () => true,
    ),
  );
}

test('start needs nothing but a folder, and says only where to open it, and once how to be signed in', async () => {
  const dataDir = await freshFolder();
  const server = runCli(['start'], { DATA_DIR: dataDir });
  const url = await server.ready();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await recorded(server)).toEqual([]);

  const other = await connectTo(dataDir);
  const { rows } = await other.query('SHOW listen_addresses');
  await other.end();
  expect(rows).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const passwordFile = join(dataDir, 'postgres-password');
  expect((await stat(passwordFile)).mode & 0o777).toBe(0o600);
  expect((await readFile(passwordFile, 'utf8')).trim()).toMatch(/^[\w-]{32}$/);

  server.signal('SIGTERM');
  expect(await server.ended).toEqual({ code: 0, signal: null });
  const [ready, signIn, ...others] = server.stdout().split('\n');
  expect(ready).toBe(`llm-call-log is ready. Open ${url}/graphql`);
  expect(signIn).toMatch(/^To be signed in as admin, open .*: http\S+\/graphql#token=lcl_[\w-]{43}$/);
  expect(others).toEqual(['']);
  expect(server.stderr()).toBe('');
  expect(await postgresOf(dataDir)).toBeUndefined();
});

describe('a server that is told to stop', () => {
  let dataDir: string;
  /** What the servers before it were answering when they stopped. */
  const stored: string[] = [];
  beforeAll(async () => (dataDir = await migratedFolder()));

  test.each([
    [
      'SIGTERM',
      (server: Running) => {
        server.signal('SIGTERM');
      },
    ],
    [
      'Ctrl-C in the terminal',
      (server: Running) => {
        server.signalGroup('SIGINT');
      },
    ],
    [
      'Ctrl-C that npm passes on once more',
      (server: Running) => {
        server.signalGroup('SIGINT');
        server.signal('SIGINT');
      },
    ],
    [
      'the end of its terminal',
      (server: Running) => {
        server.signalGroup('SIGHUP');
      },
    ],
  ])(
    'by %s answers open requests and leaves nothing behind, so that the next one starts',
    async (by, tell) => {
      const server = runCli(['start'], { DATA_DIR: dataDir });
      const url = await server.ready();
      expect(await recorded(server)).toEqual(stored);
      const slow = await recordSlowly(server, dataDir, by);
      const postgres = await postgresOf(dataDir);
      expect(postgres).toBeDefined();

      tell(server);
      await refusesConnections(url);
      await slow.finish();
      expect(await slow.answer).toMatchObject({ data: { recordCallLog: { responseContent: by } } });
      stored.push(by);
      expect(await server.ended).toEqual({ code: 0, signal: null });
      await eventually(() => !isAlive(postgres ?? 0));
    },
  );

  test('twice does not wait for open requests, and stops its database all the same', async () => {
    const server = runCli(['start'], { DATA_DIR: dataDir });
    const url = await server.ready();
    expect(await recorded(server)).toEqual(stored);
    const slow = await recordSlowly(server, dataDir, 'never');
    const unanswered = slow.answer.catch(() => undefined);
    server.signalGroup('SIGINT');
    await refusesConnections(url);
    // Within a second of the first it would be taken for npm's copy of it; a third would end it there and then.
    await sleep(1_100);
    server.signalGroup('SIGINT');
    expect(await server.ended).toEqual({ code: 130, signal: null });
    // It was told to stop, and is waited for no longer than two seconds.
    await eventually(async () => (await postgresOf(dataDir)) === undefined);
    await unanswered;
  });

  test('while it starts leaves nothing behind', async () => {
    const dataDir = await freshFolder();
    const server = runCli(['start'], { DATA_DIR: dataDir });
    await eventually(() => postgresOf(dataDir));
    server.signalGroup('SIGINT');
    expect([0, 130]).toContain((await server.ended).code);
    expect(server.stderr()).toBe('');
    expect(await postgresOf(dataDir)).toBeUndefined();
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'npm start ends on %s to npm with all it started',
  async (signal) => {
    const dataDir = await migratedFolder();
    const npm = run(['npm', 'start'], { DATA_DIR: dataDir });
    await npm.ready();
    const postgres = await postgresOf(dataDir);
    npm.signal(signal);
    await npm.ended;
    await eventually(async () => (await postgresOf(dataDir)) === undefined);
    await eventually(() => !isAlive(postgres ?? 0));
    // The process group is empty: no shell and no node is left either.
    await eventually(() => !isAlive(-npm.pid));
  },
);

test('after a kill -9, of the server or of its database too, the next start works and has every acknowledged call', async () => {
  const dataDir = await migratedFolder();
  const acknowledged: string[] = [];
  /** Starts a server, and records calls with it until it is there no more. */
  const recordUntilKilled = async (name: string, kill: (server: Running) => Promise<void>) => {
    const server = runCli(['start'], { DATA_DIR: dataDir });
    await server.ready();
    expect(await recorded(server)).toEqual(expect.arrayContaining(acknowledged));
    const before = acknowledged.length;
    const recording = Array.from({ length: 4 }, async (_, lane) => {
      for (let number = 0; ; number++) {
        const text = `${name}-${lane}-${number}`;
        const answer = await server.send(RECORD, { text }).catch(() => undefined);
        if (!answer?.data?.recordCallLog) return;
        acknowledged.push(text);
      }
    });
    await eventually(() => acknowledged.length - before > 50);
    await kill(server);
    await server.ended;
    await Promise.all(recording);
  };
  await recordUntilKilled('both', (server) => {
    server.signal('SIGKILL');
    return killPostgres(dataDir);
  });
  await recordUntilKilled('alone', async (server) => {
    server.signal('SIGKILL');
    await server.ended;
  });

  // It takes over the database that goes on running, and stops it in the end.
  const next = runCli(['start'], { DATA_DIR: dataDir });
  expect(await recorded(next)).toEqual(expect.arrayContaining(acknowledged));
  next.signal('SIGTERM');
  expect((await next.ended).code).toBe(0);
  expect(await postgresOf(dataDir)).toBeUndefined();
});

describe('a data folder', () => {
  test('has one server: of two started together on a fresh one, one serves and the other says why not', async () => {
    const dataDir = await freshFolder();
    const both = [runCli(['start'], { DATA_DIR: dataDir }), runCli(['start'], { DATA_DIR: dataDir })];
    const loser = await Promise.race(
      both.map(async (server) => {
        await server.ended;
        return server;
      }),
    );
    expect((await loser.ended).code).toBe(1);
    expect(loser.stderr()).toBe(
      `Another server is running on the data folder ${dataDir}. Stop it first, or set DATA_DIR to another folder.\n`,
    );
    const winner = both.find((server) => server !== loser);
    expect(await winner?.send('{ callLogs { totalCount } }')).toMatchObject({
      data: { callLogs: { totalCount: 0 } },
    });
    winner?.signal('SIGTERM');
    expect((await winner?.ended)?.code).toBe(0);
    expect(await postgresOf(dataDir)).toBeUndefined();
  });
});

test('a port that is taken is refused in a sentence, and the database stops again', async () => {
  const dataDir = await migratedFolder();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const server = runCli(['start'], { DATA_DIR: dataDir, PORT: String(port) });
  expect(await server.ended).toEqual({ code: 1, signal: null });
  other.close();
  expect(server.stderr()).toBe(
    `Port ${port} of 127.0.0.1 is taken. Stop the program that uses it, or set PORT to another.\n`,
  );
  expect(server.stdout()).toBe('');
  expect(await postgresOf(dataDir)).toBeUndefined();
});

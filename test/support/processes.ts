import { afterAll } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { isDatabaseDown } from '../../src/database/explain-error.js';
import { connectTo } from './data-folders.js';
import { eventually } from './eventually.js';
import { post, type GraphQLAnswer } from './post.js';
import { insertTestToken } from './token.js';

const PROJECT = join(import.meta.dirname, '../..');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A program that runs as a child process, in a process group of its own, as a terminal starts it. */
export interface Running {
  pid: number;
  /** What it has written so far. */
  stdout: () => string;
  stderr: () => string;
  ended: Promise<Ended>;
  /** Sends a signal to the program alone. */
  signal: (signal: NodeJS.Signals) => void;
  /** Sends a signal to the program and all that it started in its group, as Ctrl-C in a terminal does. */
  signalGroup: (signal: NodeJS.Signals) => void;
  /** Waits until it serves, and gives http://host:port; fails with its last words if it ends instead. */
  ready: () => Promise<string>;
  /** Sends one GraphQL request to it, once it serves, as a caller of all scopes. */
  send: (query: string, variables?: Record<string, unknown>) => Promise<GraphQLAnswer>;
}

const started = new Set<Running>();

/** Ends, by id, what the test file started and left running. */
afterAll(async () => {
  for (const running of started) {
    running.signalGroup('SIGKILL');
    await running.ended;
  }
});

/** Runs the built command line, such as `runCli(['start'], { DATA_DIR })`; it listens on a free port. */
export function runCli(args: string[], environment: Record<string, string> = {}): Running {
  return run([process.execPath, join(PROJECT, 'dist/src/main.js'), ...args], environment);
}

/** Runs a program, with little more than the environment that is given; in the project's folder unless in another. */
export function run(
  [program = '', ...args]: string[],
  environment: Record<string, string>,
  cwd = PROJECT,
): Running {
  const { PATH = '', HOME = '', TEST_PROVIDER_URL = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(program, args, {
    cwd,
    // No test sends a key to a provider of this world.
    env: { PATH, HOME, NODE_COMPILE_CACHE, PORT: '0', PROVIDER_BASE_URL: TEST_PROVIDER_URL, ...environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid = 0 } = child;
  // For who clears up after jest, should it not live to see the end of this.
  const note = join(tmpdir(), 'programs', String(pid));
  writeFileSync(note, '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then((): Ended => {
    started.delete(running);
    rmSync(note);
    return { code: child.exitCode, signal: child.signalCode };
  });
  const ready = () =>
    eventually(() => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`It ended: ${stdout}${stderr}`);
      return /Open (http:\/\/\S+)\/graphql/.exec(stdout)?.[1];
    });
  let signingIn: Promise<void> | undefined;
  const running: Running = {
    pid,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    signal: (signal) => child.kill(signal),
    signalGroup: (signal) => {
      // Only while it is there: its number may be another's afterwards.
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, signal);
    },
    ready,
    send: async (query, variables) => {
      const url = await ready();
      await (signingIn ??= signIn(environment));
      return post(url, query, variables);
    },
  };
  started.add(running);
  return running;
}

/** Lets the tests in, as soon as the database can be reached. */
async function signIn({ DATA_DIR = '', DATABASE_URL }: Record<string, string>): Promise<void> {
  const client = await eventually(() =>
    (DATABASE_URL === undefined ? connectTo(DATA_DIR) : connectAt(DATABASE_URL)).catch((error: unknown) => {
      if (isDatabaseDown(error)) return undefined;
      throw error;
    }),
  );
  await insertTestToken((text, values) => client.query(text, values));
  await client.end();
}

async function connectAt(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}

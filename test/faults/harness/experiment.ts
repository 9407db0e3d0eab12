import { expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_READ_TIMEOUT_MS } from '../../../src/config-limits.js';
import { openDatabase } from '../../../src/database/database.js';
import { entities } from '../../../src/entities.js';
import { verifyRollups } from '../../../src/usage/rollups/verify.js';
import { useDataFolders } from '../../support/data-folders.js';
import { eventually } from '../../support/eventually.js';
import { AWAITING } from '../awaiting.js';
import { ownDatabase, sharedDatabase, type FaultDatabase } from './fault-database.js';
import { watchHealth, type Health } from './health.js';
import { Ledger, type StoredCall } from './ledger.js';
import { Load, mixedClients, type ClientPlan } from './load.js';
import { FaultProxy } from './proxy.js';
import { keep } from './results.js';
import { startServer, type ServerProcess } from './server-process.js';

/** Whether experiments run as long and as hard as the issue of each fault says: `npm run test:faults`. */
const IN_FULL = process.env['FAULTS'] === 'full';

const FOLDER = process.env['FAULTS_FOLDER'] ?? tmpdir();

/** Milliseconds within which what is waited for has to come: far more than it takes. */
export const LONG_ENOUGH_MS = IN_FULL ? 60_000 : 20_000;

/** For the environment of a server that is to give up on what waits, so that `npm test` need not wait for the default. */
export const SOON: Record<string, string> = IN_FULL ? {} : { WRITE_TIMEOUT_MS: '2000' };

/** What the server may take beyond what it has when idle, whatever waits. */
const MOST_MEMORY_MB = 300;

/** Whatever lasts is logged once a minute, and not for each call. */
const MOST_LOG_LINES = 100;

/** Where a fault is made, and what is seen of it. */
export interface Lab {
  /** Every connection of the server to its database goes through it. */
  proxy: FaultProxy;
  server: ServerProcess;
  database: FaultDatabase;
  /** Where the server finds it. */
  databaseUrl: string;
  load: Load;
  /** What /readyz and /livez say meanwhile. */
  health: Health;
  /** The first in `npm test`, the second in full. */
  inShort: <T>(short: T, full: T) => T;
  /** Lets the fault last. */
  last: (milliseconds: number) => Promise<void>;
  /** Says what is not so, unless it is. */
  demand: (isSo: boolean, whatIsWrong: string) => void;
  /** Tells a figure. */
  note: (sentence: string) => void;
}

interface Options {
  /** In `npm test` as well. */
  inShort?: boolean;
  /** Who records meanwhile; mixed clients if left out. */
  clients?: readonly ClientPlan[];
  /** The server's. */
  environment?: Record<string, string>;
  /** `own`: a PostgreSQL that no other experiment uses. */
  postgres?: 'shared' | 'own';
  /** What may be broken under this fault, as it is told. */
  mayBreak?: RegExp;
  /** Changes the database before the server starts; gives what undoes that when the database is gone, if need be. */
  prepare?: (database: FaultDatabase) => Promise<(() => Promise<unknown>) | undefined>;
  /** Where the server finds its database, if not at the proxy. */
  way?: (database: FaultDatabase, proxy: FaultProxy) => Promise<string>;
  /** Whether this machine can make the fault; the experiment is skipped where it cannot. */
  isPossible?: boolean;
  /** The experiment ends the server by itself. */
  endsServer?: boolean;
}

const { preparedFolder } = useDataFolders();

/**
 * A test that clients record through a fault: each is answered by a code that tells the truth, all of them record again
 * when it is over, no call is lost, doubled or invented, and usage is what the calls add up to.
 *
 * @param fault what happens meanwhile, as the rest of a sentence that begins with "while"
 * @param make makes the fault, waits for what is to happen under it, and mends it
 */
export function experiment(fault: string, options: Options, make: (lab: Lab) => Promise<void>): void {
  const isPossible = process.platform === 'linux' && options.isPossible !== false;
  const isToRun = isPossible && (IN_FULL || options.inShort === true);
  const name = `Recording answers, and no call is lost, doubled or invented, while ${fault}`;
  (isToRun ? test : test.skip)(
    name,
    async () => {
      const broken = await run(fault, options, make);
      if (!AWAITING.has(fault)) expect(broken).toEqual([]);
    },
    900_000,
  );
}

async function run(fault: string, options: Options, make: (lab: Lab) => Promise<void>): Promise<string[]> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const database =
      options.postgres === 'own' ? await ownDatabase(await preparedFolder()) : await sharedDatabase();
    undo.push(() => database.drop());
    const unprepare = await options.prepare?.(database);
    if (unprepare) undo.unshift(unprepare);
    const proxy = await FaultProxy.to(database.port);
    undo.push(() => proxy.close());
    const databaseUrl = (await options.way?.(database, proxy)) ?? database.urlBy(proxy.port);
    const server = await startServer(databaseUrl, options.environment);
    undo.push(async () => {
      server.running.signal('SIGCONT');
      server.running.signalGroup('SIGKILL');
      await server.running.ended;
    });
    await usageIsComplete(database);
    return await observe(fault, options, make, { database, databaseUrl, proxy, server });
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function observe(
  fault: string,
  { clients, endsServer = false, mayBreak }: Options,
  make: (lab: Lab) => Promise<void>,
  { database, databaseUrl, proxy, server }: Pick<Lab, 'database' | 'databaseUrl' | 'proxy' | 'server'>,
): Promise<string[]> {
  const broken: string[] = [];
  const notes: string[] = [];
  mkdirSync(FOLDER, { recursive: true });
  const ledger = new Ledger(join(FOLDER, `${fault.replace(/\W+/g, '-').slice(0, 80)}-${process.pid}.jsonl`));
  const load = new Load(server.url, ledger);
  const health = watchHealth(server.url);
  const lab: Lab = {
    ...{ database, databaseUrl, proxy, server, load, health },
    inShort: (short, full) => (IN_FULL ? full : short),
    last: (milliseconds) => sleep(milliseconds),
    demand: (isSo, whatIsWrong) => {
      if (!isSo) broken.push(whatIsWrong);
    },
    note: (sentence) => notes.push(sentence),
  };
  let peakMemory = 0;
  try {
    load.start(clients ?? mixedClients(lab.inShort(8, 24)));
    const late = await load.acknowledged(2, LONG_ENOUGH_MS);
    if (late.length > 0) throw new Error(`Before the fault, nothing was recorded for ${late.join(', ')}.`);
    await make(lab);
    if (!endsServer) {
      const stuck = await load.acknowledged(2, LONG_ENOUGH_MS);
      lab.demand(stuck.length === 0, `${stuck.length} clients could not record again when it was over.`);
      peakMemory = await server.peakAboveIdle();
    }
  } finally {
    await load.stop();
    await health.stop();
  }
  lab.demand(health.notLive === 0, '/livez did not say that the process lives.');
  lab.demand(
    peakMemory <= MOST_MEMORY_MB,
    `The server took ${Math.round(peakMemory)} MB more than when idle.`,
  );
  const logged = server.running.stdout().split('"level"').length - 1;
  lab.demand(logged <= MOST_LOG_LINES, `The server's log has ${logged} lines.`);
  broken.push(...load.broken);
  const judgement = ledger.judge(await storedCalls(database));
  for (const wrong of ['lost', 'doubled', 'invented'] as const) {
    const found = judgement[wrong];
    if (found.length > 0)
      broken.push(`${found.length} calls were ${wrong}: ${found.slice(0, 5).join(', ')}.`);
  }
  const differences = await differencesOfUsage(database);
  if (differences > 0) broken.push(`Usage differs from the calls in ${differences} rollups.`);
  const { longestGap, slowest, seen, sentences } = load;
  const isAwaiting = AWAITING.has(fault);
  const counted = broken.filter((rule) => mayBreak?.test(rule) !== true);
  keep(FOLDER, {
    ...{ fault, judgement, longestGap, slowest, seen, sentences, ready: health.ready },
    ...{ peakMemory, broken: counted, notes, isAwaiting },
  });
  return counted;
}

/** The server fills the rollups first, on a database that is new to it. */
async function usageIsComplete({ direct }: FaultDatabase): Promise<void> {
  await eventually(async () => {
    const { rows } = await direct.query<{ complete: boolean }>('SELECT complete FROM llm_usage_state');
    return rows[0]?.complete;
  });
}

async function storedCalls({ direct }: FaultDatabase): Promise<StoredCall[]> {
  const { rows } = await direct.query<StoredCall>(
    'SELECT id, activation_code AS marker FROM llm_call_logs WHERE activation_code IS NOT NULL',
  );
  return rows;
}

/** What `usage verify` counts. */
async function differencesOfUsage({ directUrl }: FaultDatabase): Promise<number> {
  const database = await openDatabase(directUrl, entities, 2, { readTimeout: DEFAULT_READ_TIMEOUT_MS });
  try {
    return (await verifyRollups(database, {}, 20, () => undefined)).wrong;
  } finally {
    await database.close();
  }
}

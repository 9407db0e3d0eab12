import { eventually } from '../../support/eventually.js';
import type { Ended } from '../../support/processes.js';
import { experiment, LONG_ENOUGH_MS, type Lab } from '../harness/experiment.js';
import { connect } from '../harness/fault-database.js';

/* The server itself is frozen, or told to stop. */

const NO_ANSWER = /not answered|ended without an answer|livez/;

experiment('the server is frozen and woken again', { inShort: true, mayBreak: NO_ANSWER }, async (lab) => {
  const { server, database, inShort, last, demand } = lab;
  const other = await connect(database.directUrl);
  // Frozen halfway through a transaction, it holds keys and rows until PostgreSQL ends its session.
  for (let round = 0; round < inShort(2, 5); round++) {
    server.running.signal('SIGSTOP');
    const deadline = performance.now() + LONG_ENOUGH_MS;
    const isFree = await eventually(async () => {
      const isGot = await other.query(EVERY_LOCK).then(
        () => true,
        () => false,
      );
      await other.query('ROLLBACK');
      if (isGot) return 'free';
      return performance.now() > deadline ? 'held' : undefined;
    });
    demand(isFree === 'free', 'The frozen server held locks that others need.');
    await last(inShort(0, 5_000));
    server.running.signal('SIGCONT');
    await lab.load.acknowledged(2, LONG_ENOUGH_MS);
  }
  await other.end();
});

/** Waits for whoever has a transaction open on these tables. */
const EVERY_LOCK = `
  SET lock_timeout = '1s';
  BEGIN;
  LOCK TABLE llm_call_logs, llm_call_log_idempotency_keys, groups`;

/** A server has 10 s to stop; as much again is for a machine that is slow and shared. */
const STOPPED_WITHIN_MS = 20_000;

/** Waits for the end of a server that was told to stop, and tells how it was. */
async function ends({ server, demand, note }: Lab): Promise<Ended> {
  const began = performance.now();
  const ended = await Promise.race([server.running.ended, new Promise<undefined>(lateness)]);
  note(`It took ${((performance.now() - began) / 1000).toFixed(1)} s to end: ${JSON.stringify(ended)}.`);
  demand(ended !== undefined, 'The server did not end.');
  if (ended === undefined) server.running.signal('SIGKILL');
  return server.running.ended;
}

const STOPS = { endsServer: true, mayBreak: NO_ANSWER };

experiment('the server is told to stop, and nothing is wrong', STOPS, async (lab) => {
  lab.server.running.signal('SIGTERM');
  lab.demand((await ends(lab)).code === 0, 'Its exit code does not say that all was answered.');
});

experiment(
  'the server is told to stop, and all its connections are swallowed',
  { ...STOPS, inShort: true },
  async (lab) => {
    lab.proxy.swallowAll();
    lab.server.running.signal('SIGTERM');
    // 124 where something was not answered in time.
    const { code } = await ends(lab);
    lab.demand(code === 0 || code === 124, `Its exit code is ${code}.`);
  },
);

experiment('the server is told twice to stop, and a table is locked', STOPS, async (lab) => {
  const other = await connect(lab.database.directUrl);
  await other.query('BEGIN; LOCK TABLE llm_call_logs');
  lab.server.running.signal('SIGTERM');
  // Closer together they would be taken for one.
  await lab.last(1_200);
  lab.server.running.signal('SIGTERM');
  lab.demand((await ends(lab)).code === 143, 'Its exit code does not say that it was told twice.');
  await other.end();
});

function lateness(resolve: (late: undefined) => void): void {
  setTimeout(resolve, STOPPED_WITHIN_MS, undefined).unref();
}

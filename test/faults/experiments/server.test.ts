import { eventually } from '../../support/eventually.js';
import { experiment, LONG_ENOUGH_MS } from '../harness/experiment.js';
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

/** What the issue of this fault allows for stopping, and as much again for a machine that is slow and shared. */
const STOPPED_WITHIN_MS = 20_000;

experiment(
  'the server is told to stop, and all its connections are swallowed',
  { inShort: true, endsServer: true, mayBreak: NO_ANSWER },
  async ({ server, proxy, demand, note }) => {
    proxy.swallowAll();
    server.running.signal('SIGTERM');
    const began = performance.now();
    const ended = await Promise.race([server.running.ended, new Promise<'late'>(lateness)]);
    note(`It took ${((performance.now() - began) / 1000).toFixed(1)} s to end: ${JSON.stringify(ended)}.`);
    demand(ended !== 'late', 'The server did not end.');
    demand(
      ended === 'late' || (ended.code !== null && ended.code !== 0),
      'Its exit code says that all was answered.',
    );
    server.running.signal('SIGKILL');
  },
);

experiment(
  'the server is told to stop, and nothing is wrong',
  { endsServer: true, mayBreak: NO_ANSWER },
  async ({ server, demand }) => {
    server.running.signal('SIGTERM');
    const ended = await Promise.race([server.running.ended, new Promise<'late'>(lateness)]);
    demand(ended !== 'late' && ended.code === 0, `The server did not end well: ${JSON.stringify(ended)}.`);
  },
);

function lateness(resolve: (late: 'late') => void): void {
  setTimeout(resolve, STOPPED_WITHIN_MS, 'late').unref();
}

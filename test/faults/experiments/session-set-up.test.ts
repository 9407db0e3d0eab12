import { setTimeout as sleep } from 'node:timers/promises';
import { experiment, LONG_ENOUGH_MS, type Lab } from '../harness/experiment.js';

/*
 * A connection that breaks while its session is set up has to give its place in the pool back. Each of these breaks
 * more of them than a pool has places.
 */

experiment('a proxy hangs up at the first statement of every connection', { inShort: true }, async (lab) => {
  lab.proxy.hangUpAtFirstStatement();
  lab.proxy.reset();
  await lab.load.answered(lab.inShort(4, 20), LONG_ENOUGH_MS);
  await lab.proxy.heal();
});

experiment('every connection of the server is terminated every 30 ms', {}, async (lab) => {
  const ending = new AbortController();
  const terminating = terminateAgainAndAgain(lab, ending.signal);
  await lab.last(15_000);
  ending.abort();
  await terminating;
});

experiment('the role of the server has a statement_timeout of 20 ms', {}, async (lab) => {
  const { database, proxy } = lab;
  await database.direct.query(`ALTER ROLE ${database.role} SET statement_timeout = '20ms'`);
  proxy.reset();
  // What takes long to arrive takes long to run.
  await lab.last(15_000);
  await database.direct.query(`ALTER ROLE ${database.role} RESET statement_timeout`);
  proxy.reset();
});

async function terminateAgainAndAgain({ database }: Lab, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await database.direct.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
      database.role,
    ]);
    await sleep(30);
  }
}

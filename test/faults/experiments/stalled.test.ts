import { eventually } from '../../support/eventually.js';
import { experiment, LONG_ENOUGH_MS } from '../harness/experiment.js';
import { largeClients, mixedClients } from '../harness/load.js';
import { record } from '../harness/request.js';

/* PostgreSQL stands still, stops, or moves. */

/** So that npm test need not wait for the default. */
const SOON = { WRITE_TIMEOUT_MS: '2000' };

experiment(
  'PostgreSQL stands still',
  { inShort: true, postgres: 'own', environment: SOON },
  async ({ database, load, demand, inShort, last, health }) => {
    await database.postgres?.freeze();
    const unanswered = await load.answered(1, LONG_ENOUGH_MS);
    await last(inShort(0, 20_000));
    await database.postgres?.thaw();
    demand(unanswered.length === 0, `${unanswered.join(', ')} waited without an answer.`);
    demand(
      inShort(
        true,
        Object.keys(health.ready).some((said) => said.startsWith('503')),
      ),
      '/readyz said 200.',
    );
  },
);

experiment(
  'PostgreSQL stands still, and 1,056 clients have a call of 60 KB each',
  { postgres: 'own', clients: mixedClients(4) },
  async ({ database, load, last }) => {
    await database.postgres?.freeze();
    load.start(largeClients(1_056).map((plan) => ({ ...plan, name: `large-${plan.name}` })));
    await last(20_000);
    await database.postgres?.thaw();
  },
);

experiment(
  'PostgreSQL is stopped at once and started again',
  { inShort: true, postgres: 'own', environment: SOON },
  async ({ database, load, last, inShort, demand, health }) => {
    await database.postgres?.stopAtOnce();
    await load.answered(2, LONG_ENOUGH_MS);
    await last(inShort(0, 10_000));
    demand(
      Object.keys(health.ready).some((said) => /^503 .*database/.test(said)),
      '/readyz did not say that the database is away.',
    );
    await database.postgres?.start();
    await database.reconnect();
  },
);

experiment(
  'PostgreSQL has moved to another port for a while',
  { postgres: 'own', way: ({ port, urlBy }) => Promise.resolve(urlBy(port)) },
  async ({ database, last }) => {
    const home = database.port;
    await database.postgres?.stopAtOnce();
    await database.postgres?.start(0);
    await last(10_000);
    await database.postgres?.stopAtOnce();
    await database.postgres?.start(home);
    await database.reconnect();
  },
);

experiment(
  'clients leave before their calls were begun',
  { inShort: true, clients: [], environment: SOON },
  async ({ database, server, load, demand }) => {
    const { direct } = database;
    await direct.query('BEGIN; LOCK TABLE llm_call_logs');
    const call = (marker: string) => {
      load.ledger.note('sent', marker);
      return { status: 'SUCCESS', activationCode: marker, requestMessages: [] };
    };
    // Two batches may be under way at a time; these are the two.
    const first = [record(server.url, [call('first-1')], false)];
    await eventually(async () => (await waiting()) >= 1);
    first.push(record(server.url, [call('first-2')], false));
    await eventually(async () => (await waiting()) >= 2);
    const leaving = new AbortController();
    const left = Array.from({ length: 50 }, (_, index) =>
      record(server.url, [call(`left-${index}`)], false, leaving.signal),
    );
    // Once the server has answered this, it has read those.
    await fetch(`${server.url}/livez`);
    await fetch(`${server.url}/livez`);
    leaving.abort();
    await Promise.all(left);
    for (let index = 0; index < 50; index++) load.ledger.note('unknown', `left-${index}`);
    await direct.query('ROLLBACK');
    for (const [index, answer] of (await Promise.all(first)).entries()) {
      const id = answer.told[0]?.id;
      if (id !== undefined) load.ledger.note('acknowledged', `first-${index + 1}`, { id });
    }
    const last = await record(server.url, [call('last-1')], false);
    load.ledger.note('acknowledged', 'last-1', { id: last.told[0]?.id ?? '' });
    const { rows } = await direct.query(`SELECT FROM llm_call_logs WHERE activation_code LIKE 'left-%'`);
    demand(rows.length === 0, `${rows.length} of 50 calls were recorded for clients that had left.`);

    async function waiting(): Promise<number> {
      const { rowCount } = await direct.query('SELECT FROM pg_locks WHERE NOT granted');
      return rowCount ?? 0;
    }
  },
);

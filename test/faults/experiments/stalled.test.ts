import { experiment, LONG_ENOUGH_MS, SOON } from '../harness/experiment.js';
import { largeCalls, mixedClients } from '../harness/load.js';
import { record } from '../harness/request.js';

/* PostgreSQL stands still, stops, or moves. */

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
    load.start(largeCalls(1_056));
    // Not so long that the clients are gone before what still waits is recorded.
    await last(10_000);
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
  { inShort: true, postgres: 'own', clients: [] },
  async ({ database, server, load, demand }) => {
    const begin = async (marker: string, signal?: AbortSignal) => {
      load.ledger.note('sent', marker);
      const call = { status: 'SUCCESS', activationCode: marker, requestMessages: [] };
      const [told] = (await record(server.url, [call], false, signal)).told;
      if (told?.id === undefined) load.ledger.note('unknown', marker);
      else load.ledger.note('acknowledged', marker, { id: told.id });
    };
    /** Once the server has answered this, it has read what was sent before. */
    const hasRead = async () => {
      for (let round = 0; round < 3; round++) await fetch(`${server.url}/livez`);
    };
    // The server knows the token then.
    await begin('before');
    await database.postgres?.freeze();
    // Two batches are under way at a time; these are the two.
    const stayed = [begin('stayed-1')];
    await hasRead();
    stayed.push(begin('stayed-2'));
    await hasRead();
    const leaving = new AbortController();
    const left = Array.from({ length: 50 }, (_, index) => begin(`left-${index}`, leaving.signal));
    await hasRead();
    leaving.abort();
    await Promise.all(left);
    await hasRead();
    await database.postgres?.thaw();
    await Promise.all(stayed);
    await begin('after');
    const { rowCount } = await database.direct.query(
      `SELECT FROM llm_call_logs WHERE activation_code LIKE 'left-%'`,
    );
    demand(rowCount === 0, `${rowCount} of 50 calls were recorded for clients that had left.`);
  },
);

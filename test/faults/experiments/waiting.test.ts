import { experiment, LONG_ENOUGH_MS, SOON, type Lab } from '../harness/experiment.js';
import { connect } from '../harness/fault-database.js';
import { largeCalls, mixedClients, type ClientPlan } from '../harness/load.js';

/*
 * Somebody holds what some calls need. Those wait and are refused, each for itself; all others are recorded meanwhile.
 */

/** Runs a statement in a transaction that stays open while something is waited for. */
async function holding({ database }: Lab, statement: string, meanwhile: () => Promise<void>): Promise<void> {
  const other = await connect(database.directUrl);
  try {
    await other.query('BEGIN');
    await other.query(statement);
    await meanwhile();
    await other.query('ROLLBACK');
  } finally {
    await other.end();
  }
}

/** Demands that some clients record on, while the others are answered. */
async function othersGoOn({ load, demand, health }: Lab, isOther: (name: string) => boolean): Promise<void> {
  const [behind, unanswered] = await Promise.all([
    load.acknowledged(10, LONG_ENOUGH_MS, isOther),
    load.answered(1, LONG_ENOUGH_MS, (name) => !isOther(name)),
  ]);
  demand(behind.length === 0, `${behind.join(', ')} had to wait for what others held.`);
  demand(unanswered.length === 0, `${unanswered.join(', ')} waited without an answer.`);
  demand(
    Object.keys(health.ready).every((said) => said === '200'),
    '/readyz took the server out for a lock.',
  );
}

const twoGroups: ClientPlan[] = [
  { name: 'held', isKeyed: true, calls: 1, bytes: 200, groups: ['1'] },
  { name: 'held-plain', isKeyed: false, calls: 1, bytes: 200, groups: ['1'] },
  { name: 'held-in-part', isKeyed: true, calls: 6, bytes: 200, groups: ['1', '2', '3'] },
  { name: 'free', isKeyed: true, calls: 1, bytes: 200, groups: ['2'] },
  { name: 'free-plain', isKeyed: false, calls: 1, bytes: 200, groups: ['3'] },
  { name: 'free-many', isKeyed: false, calls: 6, bytes: 200, groups: ['2', '3'] },
];

experiment(
  'another program has locked the row of a group',
  { inShort: true, clients: twoGroups, environment: SOON },
  async (lab) => {
    await holding(lab, 'SELECT FROM groups WHERE id = 1 FOR UPDATE', async () => {
      await othersGoOn(lab, (name) => name.startsWith('free'));
    });
  },
);

experiment('an idempotency key is in an open transaction of another program', {}, async (lab) => {
  const { database, load } = lab;
  const { rows } = await database.direct.query<{ caller: string }>(
    `SELECT split_part(key, ' ', 1) AS caller FROM llm_call_log_idempotency_keys LIMIT 1`,
  );
  const claim = `
    INSERT INTO llm_call_log_idempotency_keys (key, call_log_id, created_at)
    SELECT '${rows[0]?.caller} held-' || number, 1, now() AT TIME ZONE 'UTC'
    FROM generate_series(1, 100) AS number`;
  await holding(lab, claim, async () => {
    load.start([
      { name: 'held', isKeyed: true, calls: 1, bytes: 200 },
      { name: 'held-many', isKeyed: true, calls: 5, bytes: 200 },
    ]);
    await othersGoOn(lab, (name) => name !== 'held');
  });
});

/** Every table that the server uses, and whether it can record without it. */
const TABLES = {
  ...{ llm_call_logs: false, groups: false, llm_call_log_idempotency_keys: false, llm_access_tokens: false },
  ...{ llm_usage_deltas: false, llm_usage_state: true, llm_usage_slices: true, llm_usage_rollups: true },
  ...{ llm_configs: true, llm_key_rotations: true, llm_server_secrets: true },
};

for (const [table, isDispensable] of Object.entries(TABLES)) {
  experiment(
    `another program has locked the table ${table}`,
    { inShort: table === 'llm_call_logs', environment: SOON },
    async (lab) => {
      await holding(lab, `LOCK TABLE ${table}`, async () => {
        const behind = lab.load.acknowledged(5, lab.inShort(5_000, 15_000));
        await lab.last(lab.inShort(4_000, 15_000));
        if (isDispensable) {
          lab.demand((await behind).length === 0, `Nothing was recorded without ${table}.`);
        }
        const unanswered = await lab.load.answered(1, LONG_ENOUGH_MS);
        lab.demand(unanswered.length === 0, `${unanswered.join(', ')} waited without an answer.`);
      });
    },
  );
}

experiment(
  'another program has locked the table llm_call_logs, and 1,056 clients have a call of 60 KB each',
  { clients: mixedClients(4) },
  async (lab) => {
    await holding(lab, 'LOCK TABLE llm_call_logs', async () => {
      lab.load.start(largeCalls(1_056));
      // Not so long that the clients are gone before what still waits is recorded.
      await lab.last(10_000);
    });
  },
);

/** Clients that never stop to name groups that there are not, one of them among good ones. */
function mistakenClients(count: number): ClientPlan[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ name: `mistaken-${index}`, isKeyed: index % 2 === 0, calls: 10, bytes: 200, pause: 20 },
    groups: ['1', '2', '1', '2', String(900_000 + index)],
  }));
}

experiment('some clients name groups that there are not', { inShort: true }, async (lab) => {
  const { load, inShort, demand } = lab;
  const isGood = (name: string) => !name.startsWith('mistaken');
  load.start(mixedClients(inShort(0, 8)).map((plan) => ({ ...plan, name: `more-${plan.name}` })));
  const rate = async () => {
    const [before, began] = [load.countOf(isGood), performance.now()];
    await lab.last(inShort(1_000, 15_000));
    return ((load.countOf(isGood) - before) * 1000) / (performance.now() - began);
  };
  const alone = await rate();
  const rollbacksBefore = await rollbacks(lab);
  load.start(mistakenClients(inShort(2, 8)));
  const beside = await rate();
  lab.note(
    `Good clients recorded ${alone.toFixed(0)} calls/s alone, ${beside.toFixed(0)} beside the others.`,
  );
  // Only what was inserted has to be rolled back.
  const rolledBack = (await rollbacks(lab)) - rollbacksBefore;
  const refused = load.seen['200 BAD_USER_INPUT'] ?? 0;
  demand(refused > 0, 'No call of an unknown group was refused.');
  demand(Object.keys(load.seen).length === 2, 'Somebody saw more than recorded calls and refused groups.');
  lab.note(`${refused} calls were refused, and ${rolledBack} transactions rolled back.`);
  demand(rolledBack < refused / 10, `Unknown groups made ${rolledBack} transactions fail.`);
});

/** PostgreSQL counts them with a delay of up to a second. */
async function rollbacks({ database, last }: Lab): Promise<number> {
  await last(1_500);
  const { rows } = await database.direct.query<{ count: string }>(
    'SELECT xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.count);
}

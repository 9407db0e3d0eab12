import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../../database/database.js';
import type { Backlog } from '../../usage/rollups/backlog.js';

/** How long a scrape waits for a database that does not answer. */
const PATIENCE_MS = 1_000;

/** Makes the metrics of the connections to the database. */
export function measurePools(registry: Registry, { connections }: Pick<Database, 'connections'>): void {
  const registers = [registry];
  new Gauge({
    name: 'llm_call_log_database_connections',
    help: 'Connections to the database, by pool and state.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const { kind: pool, inUse, idle } of connections()) {
        this.set({ pool, state: 'in_use' }, inUse);
        this.set({ pool, state: 'idle' }, idle);
      }
    },
  });
  new Gauge({
    name: 'llm_call_log_database_waiting',
    help: 'Statements that wait for a connection, by pool.',
    labelNames: ['pool'],
    registers,
    collect() {
      for (const { kind: pool, waiting } of connections()) this.set({ pool }, waiting);
    },
  });
}

/** Makes the metrics of what is not rolled up yet; they are NaN where the database does not tell. */
export function measureBacklog(registry: Registry, read: () => Promise<Backlog>): void {
  let reading: Promise<Backlog | undefined> | undefined;
  const look = async () => {
    // One look for all of them, and for all who scrape meanwhile.
    reading ??= read()
      .catch(() => undefined)
      .finally(() => {
        setImmediate(() => (reading = undefined));
      });
    return Promise.race([reading, sleep(PATIENCE_MS, undefined, { ref: false })]);
  };
  const gauge = (name: string, help: string, tell: (backlog: Backlog) => number) =>
    new Gauge({
      name: `llm_call_log_usage_${name}`,
      help,
      registers: [registry],
      async collect() {
        const backlog = await look();
        this.set(backlog ? tell(backlog) : NaN);
      },
    });
  gauge('backlog_changes', 'Changes that are not rolled up yet, up to a million.', ({ changes }) => changes);
  gauge('backlog_seconds', 'How long the oldest of these has been there.', ({ ageMs }) => ageMs / 1000);
  gauge('complete', 'Whether the rollups hold every call: 1, or 0.', ({ isComplete }) => Number(isComplete));
}

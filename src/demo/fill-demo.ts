import { Client } from 'pg';
import { CallLogCopy } from '../call-logs/import/call-log-copy.js';
import { GroupIds } from '../call-logs/import/group-ids.js';
import { OperatorError } from '../operator-error.js';
import { drawActivationCodes } from './customers.js';
import type { DemoWorld } from './demo-call.js';
import { drawCalls } from './demo-calls.js';
import { drawIncidents } from './failures.js';
import { GROUPS } from './groups.js';
import { dropIndexes } from './indexes.js';
import { Random } from './random.js';

export interface DemoOptions {
  /** The same seed and `until` give the same rows. */
  seed: number;
  /** How many calls. */
  calls: number;
  /** End of the twelve months that the calls are spread over; a full hour. */
  until: Date;
}

const DEMO_KEY = 'demo-key-not-a-real-one';

/**
 * Fills an empty, migrated database with made-up calls, groups and a provider configuration, in one
 * transaction.
 *
 * @param url postgres://user:password@host:port/database
 * @throws OperatorError when there are calls already
 */
export async function fillDemo(url: string, options: DemoOptions): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'llm-call-log demo' });
  client.on('error', () => undefined); // told by the statement that it fails
  try {
    await client.connect();
    await client.query("SET timezone = 'UTC'; SET statement_timeout = 0");
    await client.query('BEGIN');
    await refuseCalls(client);
    // Much faster than with the indexes in place, the one for search in texts above all.
    const indexes = await dropIndexes(client);
    await copyCalls(client, options);
    await client.query("SET LOCAL maintenance_work_mem = '256MB'");
    for (const definition of indexes) await client.query(definition);
    await client.query('COMMIT');
    await client.query('VACUUM ANALYZE llm_call_logs, groups, llm_configs');
  } finally {
    await client.end();
  }
}

async function refuseCalls(client: Client): Promise<void> {
  await client.query('LOCK TABLE llm_call_logs IN ACCESS EXCLUSIVE MODE');
  const { rowCount } = await client.query('SELECT FROM llm_call_logs LIMIT 1');
  if (rowCount)
    throw new OperatorError('The demo needs an empty database, but this one already holds calls.');
  // Numbers begin with 1 even where an earlier attempt was cut off.
  await client.query('TRUNCATE llm_call_logs RESTART IDENTITY');
}

async function copyCalls(client: Client, { seed, calls, until }: DemoOptions): Promise<void> {
  const random = new Random(seed);
  const from = new Date(until);
  from.setUTCFullYear(until.getUTCFullYear() - 1);
  const world: DemoWorld = {
    incidents: drawIncidents(random, from.getTime(), until.getTime()),
    codes: new Map(GROUPS.map((group) => [group, drawActivationCodes(random, group)])),
    groupIds: await makeGroups(client),
    configId: await makeConfig(client, from),
  };
  const copy = new CallLogCopy(client);
  for (const hour of drawCalls(random, world, from.getTime(), until.getTime(), calls)) await copy.write(hour);
  await copy.finish();
}

async function makeGroups(client: Client): Promise<DemoWorld['groupIds']> {
  const ids = new GroupIds(client);
  await ids.make(new Set(GROUPS.map(({ name }) => name).filter((name) => name !== null)));
  return new Map(GROUPS.map((group) => [group, group.name === null ? null : (ids.idOf(group.name) ?? null)]));
}

async function makeConfig(client: Client, updatedAt: Date): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    'INSERT INTO llm_configs (api_key, updated_at) VALUES ($1, $2) RETURNING id',
    [DEMO_KEY, updatedAt.toISOString()],
  );
  const [config] = rows;
  if (!config) throw new Error('The database gave no number for the configuration.');
  return config.id;
}

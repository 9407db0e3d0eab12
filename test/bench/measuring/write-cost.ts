import { Client } from 'pg';
import { YEAR } from '../database/period.js';
import { restoreLog } from '../database/restore-log.js';
import { median } from './statistics.js';

/** A way to write calls, measured with the product's triggers and without. */
interface WriteCase {
  name: string;
  /** Calls of a statement. */
  rows: number;
  /** Statements of a round. */
  statements: number;
  /** Whether a commit waits for the disk; where it does not, the triggers' share is the largest. */
  durable: boolean;
  /** What the triggers may make of the time, at the most. */
  limit: number;
}

const WRITE_CASES: readonly WriteCase[] = [
  { name: 'INSERT of one call', rows: 1, statements: 200, durable: true, limit: 1.4 },
  {
    name: 'INSERT of one call, not waiting for the disk',
    rows: 1,
    statements: 200,
    durable: false,
    limit: 1.4,
  },
  { name: 'INSERT of 1000 calls', rows: 1000, statements: 5, durable: true, limit: 1.25 },
];

/** What a write costs, as medians of the rounds' medians, in milliseconds a statement. */
export interface WriteCost {
  name: string;
  withTriggers: number;
  withoutTriggers: number;
  /** With triggers to without. */
  ratio: number;
  limit: number;
}

const COLUMNS = {
  config_id: 'integer',
  group_id: 'integer',
  activation_code: 'text',
  request_messages: 'jsonb',
  request_params: 'jsonb',
  response_content: 'text',
  response_data: 'jsonb',
  status: 'text',
  error_message: 'text',
  tokens_used: 'integer',
  prompt_tokens: 'integer',
  completion_tokens: 'integer',
  call_time: 'timestamp',
  duration_ms: 'integer',
};
const NAMES = Object.keys(COLUMNS).join(', ');
const SELECTED = Object.entries(COLUMNS).map(([name, type]) => `${name}::${type}`);
const ARRAYS = SELECTED.map((_, index) => `$${index + 1}::text[]`);

/** As the product records calls: one array for each column. */
const INSERT = `
  INSERT INTO llm_call_logs (${NAMES})
  SELECT ${SELECTED.join(', ')} FROM unnest(${ARRAYS.join(', ')}) AS calls (${NAMES})`;

/**
 * Measures what the triggers on the log cost its writers, in interleaved rounds. The table is left with the rows that
 * it had: what is written lies behind the year of the bench's calls, and is deleted again.
 *
 * @param rounds how many with and without each
 */
export async function measureWriteCost(url: string, rounds: number): Promise<WriteCost[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const sample = await readSample(client);
    const costs: WriteCost[] = [];
    for (const writeCase of WRITE_CASES) costs.push(await measure(client, writeCase, sample, rounds));
    return costs;
  } finally {
    await restoreLog(client);
    await client.end();
  }
}

async function measure(
  client: Client,
  { name, rows, statements, durable, limit }: WriteCase,
  sample: Columns,
  rounds: number,
): Promise<WriteCost> {
  await client.query(`SET synchronous_commit = ${durable ? 'on' : 'off'}`);
  const values = sample.map((column) => column.slice(0, rows));
  const medians: Record<'ENABLE' | 'DISABLE', number[]> = { ENABLE: [], DISABLE: [] };
  // The first round warms up, and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    const order = round % 2 === 0 ? (['ENABLE', 'DISABLE'] as const) : (['DISABLE', 'ENABLE'] as const);
    for (const triggers of order) {
      await client.query(`ALTER TABLE llm_call_logs ${triggers} TRIGGER USER`);
      const milliseconds = median(await timeInserts(client, values, statements));
      // With triggers on or off as they were for the rows, so that what the triggers keep stays right.
      await client.query('DELETE FROM llm_call_logs WHERE call_time >= $1::timestamp', [YEAR.to]);
      if (round > 0) medians[triggers].push(milliseconds);
    }
  }
  const withTriggers = median(medians.ENABLE);
  const withoutTriggers = median(medians.DISABLE);
  return { name, withTriggers, withoutTriggers, ratio: withTriggers / withoutTriggers, limit };
}

async function timeInserts(client: Client, values: Columns, statements: number): Promise<number[]> {
  const times: number[] = [];
  for (let statement = 0; statement < statements; statement += 1) {
    const start = performance.now();
    await client.query({ name: 'insert', text: INSERT, values });
    times.push(performance.now() - start);
  }
  return times;
}

/** The values of some calls as texts, column by column. */
type Columns = (string | null)[][];

/** The latest calls of the log, as if they were made within the quarter of an hour after it. */
async function readSample(client: Client): Promise<Columns> {
  const texts = Object.keys(COLUMNS).map((name) => `${name}::text`);
  const { rows } = await client.query<(string | null)[]>({
    text: `
      SELECT ${texts.join(', ')} FROM (
        SELECT ${NAMES.replace('call_time', `$1::timestamp + make_interval(secs => id % 900) AS call_time`)}
        FROM llm_call_logs ORDER BY id DESC LIMIT 1000
      ) AS latest`,
    values: [YEAR.to],
    rowMode: 'array',
  });
  return Object.keys(COLUMNS).map((_, index) => rows.map((row) => row[index] ?? null));
}

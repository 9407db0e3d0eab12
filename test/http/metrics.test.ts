import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Client } from 'pg';
import { Scope } from '../../src/access/scope.js';
import { createServer } from '../../src/server.js';
import { eventually } from '../support/eventually.js';
import { useTestServer } from '../support/server.js';
import { TEST_CONFIG } from '../support/test-config.js';
import { bearer, newToken } from '../support/token.js';

const METRICS_TOKEN = 'a-token-of-the-metrics';
const server = useTestServer(() => ({ metrics: { access: 'on', token: METRICS_TOKEN } }));

const RECORD =
  'mutation ($group: ID) { recordCallLog(input: { status: SUCCESS, requestMessages: [], groupId: $group }) { id } }';

async function scrape(): Promise<string> {
  const response = await fetch(`${server.url}/metrics`, { headers: bearer(METRICS_TOKEN) });
  expect(response.status).toBe(200);
  return response.text();
}

/** The value of a metric; 0 where it has none yet. */
function valueOf(text: string, metric: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${metric} `));
  return Number(line?.slice(metric.length + 1) ?? 0);
}

/** By how much metrics grow while something is done; a request is counted when its answer is sent. */
async function growth(metrics: string[], act: () => Promise<unknown>, isDone: (grown: number[]) => boolean) {
  const before = await scrape();
  await act();
  return eventually(async () => {
    const after = await scrape();
    const grown = metrics.map((metric) => valueOf(after, metric) - valueOf(before, metric));
    return isDone(grown) && grown;
  });
}

describe('metrics may be read', () => {
  const statusOf = async (config: Partial<typeof TEST_CONFIG>, token?: string) => {
    const app = await createServer({ ...TEST_CONFIG, ...config }, server.database);
    const answer = await app.inject({
      url: '/metrics',
      headers: token === undefined ? {} : bearer(token),
    });
    await app.close();
    return answer.statusCode;
  };

  test('with their own token or one of the scope ADMIN, and with no other', async () => {
    const config = { metrics: { access: 'on' as const, token: METRICS_TOKEN } };
    const admin = await newToken(server.database, { scopes: [Scope.ADMIN] });
    const reader = await newToken(server.database, { scopes: [Scope.LOGS_READ, Scope.LOGS_WRITE] });
    expect(await statusOf(config, METRICS_TOKEN)).toBe(200);
    expect(await statusOf(config, admin)).toBe(200);
    expect(await statusOf(config, reader)).toBe(403);
    expect(await statusOf(config, `${METRICS_TOKEN}x`)).toBe(401);
    expect(await statusOf(config)).toBe(401);
    expect(await statusOf({}, METRICS_TOKEN)).toBe(401);
  });

  test('by anybody where they are public, and by nobody where they are off', async () => {
    expect(await statusOf({ metrics: { access: 'public', token: undefined } })).toBe(200);
    expect(await statusOf({ metrics: { access: 'off', token: METRICS_TOKEN } }, METRICS_TOKEN)).toBe(404);
  });

  test('while the database does not answer, which they tell', async () => {
    const locker = new Client({ connectionString: server.databaseUrl });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE llm_access_tokens, llm_usage_deltas IN ACCESS EXCLUSIVE MODE');
    expect(await scrape()).toContain('llm_call_log_usage_backlog_changes Nan');
    await locker.end();
  });
});

test('every metric is in the table of metrics.md, and no other is', async () => {
  const page = readFileSync('docs/metrics.md', 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!);
  const served = [...(await scrape()).matchAll(/^# HELP (\w+)/gm)].map(([, name]) => name!);
  const own = served.filter((name) => !/^(process|nodejs)_/.test(name));
  expect(own.sort()).toEqual(documented.sort());
  expect(served).toEqual(
    expect.arrayContaining(['process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']),
  );
});

test.each([
  ['query', 'viewer', 'OK', () => server.query('query AnyName { me: viewer { name } }')],
  ['query', 'groups', 'OK', () => server.query('{ ...all } fragment all on Query { groups { totalCount } }')],
  ['query', 'several', 'OK', () => server.query('{ viewer { name } groups { totalCount } }')],
  ['query', 'callLog', 'BAD_USER_INPUT', () => server.send('{ callLog(id: "x") { id } }')],
  ['mutation', 'recordCallLog', 'OK', () => server.send(RECORD)],
  ['none', 'none', 'GRAPHQL_VALIDATION_FAILED', () => server.send('{ madeUpByAClient }')],
  ['none', 'none', 'UNAUTHENTICATED', () => server.send('{ viewer { name } }', {}, 'lcl_made_up')],
  [
    'none',
    'none',
    'BAD_REQUEST',
    () => fetch(`${server.url}/graphql`, { method: 'POST', headers: bearer() }),
  ],
  [
    'none',
    'none',
    'METHOD_NOT_ALLOWED',
    () => fetch(`${server.url}/graphql`, { method: 'PUT', headers: bearer() }),
  ],
] as const)('a request is counted and timed: %s %s %s', async (operation, field, code, send) => {
  const labels = `operation="${operation}",field="${field}"`;
  const grown = await growth(
    [
      `llm_call_log_requests_total{${labels},code="${code}"}`,
      `llm_call_log_request_duration_seconds_count{${labels}}`,
    ],
    send,
    ([requests = 0]) => requests > 0,
  );
  expect(grown).toEqual([1, 1]);
});

test('a client that leaves before its answer is counted', async () => {
  const locker = new Client({ connectionString: server.databaseUrl });
  await locker.connect();
  await locker.query('BEGIN; LOCK TABLE groups IN ACCESS EXCLUSIVE MODE');
  const grown = await growth(
    ['llm_call_log_requests_total{operation="query",field="groups",code="CLIENT_GONE"}'],
    async () => {
      const sent = request(`${server.url}/graphql?query={groups{totalCount}}`, { headers: bearer() });
      sent.on('error', () => undefined).end();
      await eventually(async () => {
        const { rowCount } = await locker.query('SELECT FROM pg_locks WHERE NOT granted');
        return (rowCount ?? 0) > 0;
      });
      sent.destroy();
    },
    ([gone = 0]) => gone > 0,
  );
  expect(grown).toEqual([1]);
  await locker.end();
});

test('no word of a client becomes a label', async () => {
  await server.send('query ByAClient { aliasOfAClient: viewer { name } }');
  await server.send('{ madeUpByAClient }');
  const name = 'a name of a token';
  await server.send('{ viewer { name } }', {}, await newToken(server.database, { name }));
  const text = await scrape();
  for (const word of ['ByAClient', 'aliasOfAClient', 'madeUpByAClient', name])
    expect(text).not.toContain(word);
});

test('calls are counted as recorded, or as rejected by code', async () => {
  const many = 'mutation ($input: [RecordCallLogInput!]!) { recordCallLogs(input: $input) { recorded } }';
  const call = { status: 'SUCCESS', requestMessages: [] };
  const grown = await growth(
    ['llm_call_log_recorded_calls_total', 'llm_call_log_rejected_calls_total{code="BAD_USER_INPUT"}'],
    async () => {
      await server.query(RECORD);
      await server.query(many, {
        input: [call, { ...call, durationMs: -1 }, call, { ...call, groupId: '77' }],
      });
      await server.send(RECORD, { group: '77' });
    },
    () => true,
  );
  expect(grown).toEqual([3, 3]);
});

test('connections and what is not rolled up yet are told', async () => {
  const before = valueOf(await scrape(), 'llm_call_log_usage_backlog_changes');
  await server.query(RECORD);
  const text = await scrape();
  expect(valueOf(text, 'llm_call_log_usage_backlog_changes')).toBe(before + 1);
  expect(valueOf(text, 'llm_call_log_usage_complete')).toBe(1);
  expect(text).toMatch(/^llm_call_log_database_connections\{pool="recording",state="idle"\} [1-9]/m);
  expect(text).toMatch(/^llm_call_log_database_connections\{pool="reads",state="in_use"\} \d/m);
  expect(text).toMatch(/^llm_call_log_database_waiting\{pool="recording"\} 0$/m);
  // It is as old as the first look that saw it.
  await eventually(async () => valueOf(await scrape(), 'llm_call_log_usage_backlog_seconds') > 0);
});

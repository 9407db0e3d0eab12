import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import pg from 'pg';
import { openDatabase } from '../../src/database/database.js';
import { createServer } from '../../src/server.js';
import { rows } from '../support/call-log-arbitraries.js';
import { idsInOrder, type ModelRow } from '../support/call-log-model.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { replaceRows } from '../support/insert-rows.js';
import { useTestServer } from '../support/server.js';
import { collectQueries } from '../support/statements.js';

const server = useTestServer();

const ORDERS = [
  'CALL_TIME_DESC',
  'CALL_TIME_ASC',
  'TOKENS_USED_DESC',
  'TOKENS_USED_ASC',
  'DURATION_MS_DESC',
  'DURATION_MS_ASC',
];

const PAGE = `query ($order: CallLogOrder!, $filter: CallLogFilter, $first: Int, $after: String, $last: Int, $before: String) {
  callLogs(orderBy: $order, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

interface PageArguments {
  order?: string;
  filter?: unknown;
  first?: number;
  after?: string | null;
  last?: number;
  before?: string | null;
}

interface Page {
  ids: string[];
  cursors: string[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

async function pageOf({ order = 'CALL_TIME_DESC', ...rest }: PageArguments): Promise<Page> {
  const { callLogs } = await server.query(PAGE, { order, ...rest });
  const edges = callLogs.edges as { cursor: string; node: { id: string } }[];
  expect(callLogs.nodes).toEqual(edges.map(({ node }) => node));
  expect(callLogs.pageInfo.startCursor).toBe(edges.at(0)?.cursor ?? null);
  expect(callLogs.pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
  return {
    ids: edges.map(({ node }) => node.id),
    cursors: edges.map(({ cursor }) => cursor),
    pageInfo: callLogs.pageInfo,
  };
}

/** Rows of which nothing matters but where they stand. */
function plainRows(values: Partial<ModelRow>[]): ModelRow[] {
  return values.map((value, index) => ({
    id: String(index + 1),
    configId: null,
    templateId: null,
    groupId: null,
    activationCode: null,
    requestMessages: [],
    requestParams: null,
    responseContent: null,
    responseData: null,
    status: 'success',
    errorMessage: null,
    tokensUsed: null,
    promptTokens: null,
    completionTokens: null,
    callTime: `2024-01-01T00:00:${String(index).padStart(2, '0')}.000000Z`,
    durationMs: null,
    ...value,
  }));
}

async function walk(
  order: string,
  size: number,
  direction: 'forward' | 'backward',
  filter?: unknown,
): Promise<string[]> {
  const visited: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: Page =
      direction === 'forward'
        ? await pageOf({ order, filter, first: size, after: cursor })
        : await pageOf({ order, filter, last: size, before: cursor });
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    if (direction === 'forward') visited.push(...page.ids);
    else visited.unshift(...page.ids);
    expect(direction === 'forward' ? hasPreviousPage : hasNextPage).toBe(cursor !== null);
    if (!(direction === 'forward' ? hasNextPage : hasPreviousPage)) return visited;
    cursor = direction === 'forward' ? endCursor : startCursor;
  }
}

test('walking forward and backward visits every call once, in each order and for pages of any size', async () => {
  const cases = fc.tuple(rows, fc.constantFrom(...ORDERS), fc.integer({ min: 1, max: 45 }));
  await fc.assert(
    fc.asyncProperty(cases, async ([all, order, size]) => {
      await replaceRows(server.database, all);
      const expected = idsInOrder(all, order);
      expect(await walk(order, size, 'forward')).toEqual(expected);
      expect(await walk(order, size, 'backward')).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test.each(ORDERS)('in the order %s, equal values and missing ones are walked one by one', async (order) => {
  const all = plainRows(
    [5, null, 5, 1, null, 5, null, 1, 1, null].map((value) => ({
      callTime: `2024-01-01T00:00:0${value ?? 9}.000000Z`,
      tokensUsed: value,
      durationMs: value,
    })),
  );
  await replaceRows(server.database, all);
  for (const size of [1, 2, 3, 9, 10, 11]) {
    expect(await walk(order, size, 'forward')).toEqual(idsInOrder(all, order));
    expect(await walk(order, size, 'backward')).toEqual(idsInOrder(all, order));
  }
});

test('any two cursors enclose what lies between them, from both ends', async () => {
  const cases = fc.tuple(
    rows.filter((all) => all.length > 1),
    fc.constantFrom(...ORDERS),
    fc.nat(),
    fc.nat(),
    fc.integer({ min: 0, max: 10 }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([all, order, one, other, size]) => {
      await replaceRows(server.database, all);
      const { ids, cursors } = await pageOf({ order, first: 1000 });
      expect(ids).toEqual(idsInOrder(all, order));
      const [from, to] = [one % ids.length, other % ids.length];
      const [after, before] = [cursors[from] ?? '', cursors[to] ?? ''];
      const between = ids.slice(from + 1, Math.max(to, from + 1));

      const fromStart = await pageOf({ order, first: size, after, before });
      expect(fromStart.ids).toEqual(between.slice(0, size));
      expect(fromStart.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
      const fromEnd = await pageOf({ order, last: size, after, before });
      expect(fromEnd.ids).toEqual(between.slice(Math.max(between.length - size, 0)));
      expect(fromEnd.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    }),
    { numRuns: 40 },
  );
});

test('cursors keep their place while calls are recorded in between', async () => {
  await replaceRows(server.database, plainRows(Array.from({ length: 6 }, () => ({}))));
  const first = await pageOf({ first: 3 });
  expect(first.ids).toEqual(['6', '5', '4']);
  for (const callTime of ['2024-01-01 00:00:59', '2024-01-01 00:00:02.5']) {
    await sql`INSERT INTO llm_call_logs (request_messages, status, call_time)
      VALUES ('[]', 'success', ${callTime}::timestamp)`.execute(server.database.sql);
  }
  const second = await pageOf({ first: 3, after: first.pageInfo.endCursor });
  // The newest call came before the cursor and is not seen; the other one takes its place.
  expect(second.ids).toEqual(['9', '3', '2']);
  expect((await pageOf({ first: 3, after: second.pageInfo.endCursor })).ids).toEqual(['1']);
  expect((await pageOf({ last: 3, before: first.pageInfo.startCursor })).ids).toEqual(['8']);
});

test('a cursor works on after its own call was deleted', async () => {
  await replaceRows(server.database, plainRows(Array.from({ length: 5 }, () => ({}))));
  const { cursors } = await pageOf({});
  await sql`DELETE FROM llm_call_logs WHERE id = 3`.execute(server.database.sql);
  expect((await pageOf({ after: cursors[2] ?? '' })).ids).toEqual(['2', '1']);
  expect((await pageOf({ last: 5, before: cursors[2] ?? '' })).ids).toEqual(['5', '4']);
});

test('calls whose times differ by a microsecond are told apart by cursors', async () => {
  const all = plainRows(
    ['000002', '000000', '000001', '000003', '000002'].map((micro) => ({
      callTime: `2024-01-01T00:00:00.${micro}Z`,
    })),
  );
  await replaceRows(server.database, all);
  for (const order of ['CALL_TIME_DESC', 'CALL_TIME_ASC']) {
    expect(await walk(order, 1, 'forward')).toEqual(idsInOrder(all, order));
    expect(await walk(order, 1, 'backward')).toEqual(idsInOrder(all, order));
  }
});

test('page info tells the first page, a middle one, the last one and the only one apart', async () => {
  await replaceRows(server.database, plainRows(Array.from({ length: 6 }, () => ({}))));
  const { cursors } = await pageOf({});
  const [, second = '', , , fifth = ''] = cursors;
  const more = async (page: PageArguments) => {
    const { hasPreviousPage, hasNextPage } = (await pageOf(page)).pageInfo;
    return { hasPreviousPage, hasNextPage };
  };
  const NEITHER = { hasPreviousPage: false, hasNextPage: false };
  const NEXT = { hasPreviousPage: false, hasNextPage: true };
  const PREVIOUS = { hasPreviousPage: true, hasNextPage: false };
  const BOTH = { hasPreviousPage: true, hasNextPage: true };
  expect(await more({ first: 2 })).toEqual(NEXT);
  expect(await more({ first: 2, after: second })).toEqual(BOTH);
  expect(await more({ first: 4, after: second })).toEqual(PREVIOUS);
  expect(await more({ first: 6 })).toEqual(NEITHER);
  expect(await more({})).toEqual(NEITHER);
  expect(await more({ last: 2 })).toEqual(PREVIOUS);
  expect(await more({ last: 2, before: fifth })).toEqual(BOTH);
  expect(await more({ last: 4, before: fifth })).toEqual(NEXT);
  expect(await more({ last: 6 })).toEqual(NEITHER);
  expect(await more({ first: 0 })).toEqual(NEXT);
  expect(await more({ last: 0 })).toEqual(PREVIOUS);
  expect(await more({ filter: { tokensUsed: { eq: 1 } } })).toEqual(NEITHER);
});

test('an empty page beyond the last call knows of what lies behind it', async () => {
  await replaceRows(server.database, plainRows(Array.from({ length: 3 }, () => ({}))));
  const { cursors } = await pageOf({});
  const beyondLast = await pageOf({ first: 2, after: cursors[2] ?? '' });
  expect(beyondLast).toEqual({
    ids: [],
    cursors: [],
    pageInfo: { hasPreviousPage: true, hasNextPage: false, startCursor: null, endCursor: null },
  });
  const beyondFirst = await pageOf({ last: 2, before: cursors[0] ?? '' });
  expect(beyondFirst.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
  // With their own calls gone, nothing is left on the other side.
  await sql`DELETE FROM llm_call_logs WHERE id = 3`.execute(server.database.sql);
  expect((await pageOf({ first: 0, after: cursors[0] ?? '' })).pageInfo).toMatchObject({
    hasPreviousPage: false,
    hasNextPage: true,
  });
  await sql`DELETE FROM llm_call_logs WHERE id = 1`.execute(server.database.sql);
  expect((await pageOf({ last: 0, before: cursors[2] ?? '' })).pageInfo).toMatchObject({
    hasPreviousPage: true,
    hasNextPage: false,
  });
});

test('a list without a size gives 50 calls, and one of size 0 none', async () => {
  await replaceRows(server.database, []);
  await sql`INSERT INTO llm_call_logs (request_messages, status)
    SELECT '[]', 'success' FROM generate_series(1, 51)`.execute(server.database.sql);
  const page = await pageOf({});
  expect(page.ids).toHaveLength(50);
  expect(page.pageInfo.hasNextPage).toBe(true);
  expect((await pageOf({ first: 0 })).ids).toEqual([]);
  expect((await pageOf({ last: 0 })).ids).toEqual([]);
  expect((await pageOf({ first: 1000 })).ids).toHaveLength(51);
  expect((await pageOf({ last: 1000 })).ids).toHaveLength(51);
});

test('a cursor of one order is refused in another, and the answer names both', async () => {
  await replaceRows(server.database, plainRows([{}, {}]));
  for (const its of ORDERS) {
    const { cursors } = await pageOf({ order: its });
    for (const asked of ORDERS.filter((order) => order !== its)) {
      for (const argument of ['after', 'before']) {
        const { data, errors } = await server.send(PAGE, { order: asked, [argument]: cursors[0] });
        expect(data).toBeNull();
        expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
        expect(errors?.[0]?.message).toContain(its);
        expect(errors?.[0]?.message).toContain(asked);
      }
    }
  }
});

async function expectRefused(argument: 'after' | 'before', cursor: string): Promise<void> {
  const { data, errors } = await server.send(PAGE, { order: 'CALL_TIME_DESC', [argument]: cursor });
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
  expect(errors?.[0]?.message).toContain(`${argument} is no cursor of this server`);
}

test('a cursor with any one character changed, added or taken away is refused', async () => {
  await replaceRows(server.database, plainRows([{}, {}, {}]));
  const { cursors } = await pageOf({});
  const good = cursors[1] ?? '';
  const characters = Array.from('ABCXYZabcxyz0189-_+/=. \0é');
  const change = fc.tuple(
    fc.nat({ max: good.length }),
    fc.constantFrom('replace', 'insert', 'remove'),
    fc.constantFrom(...characters),
    fc.constantFrom('after' as const, 'before' as const),
  );
  await fc.assert(
    fc.asyncProperty(change, async ([at, how, character, argument]) => {
      const rest = good.slice(how === 'insert' ? at : at + 1);
      const forged = good.slice(0, at) + (how === 'remove' ? '' : character) + rest;
      fc.pre(forged !== good);
      await expectRefused(argument, forged);
    }),
    { numRuns: 300 },
  );
});

test('a made-up cursor is refused', async () => {
  await replaceRows(server.database, plainRows([{}]));
  await expectRefused('after', '');
  await expectRefused('before', 'x');
  const payload = Buffer.from(JSON.stringify(['CALL_TIME_DESC', '2024-01-01 00:00:00', '1']));
  await expectRefused('after', payload.toString('base64url'));
  await expectRefused('after', Buffer.concat([Buffer.alloc(9), payload]).toString('base64url'));
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), (bytes) =>
      expectRefused('after', Buffer.from(bytes).toString('base64url')),
    ),
    { numRuns: 100 },
  );
});

test('a cursor of a server on another database is refused', async () => {
  const url = await createTestDatabase();
  const database = await openDatabase(url, 2);
  // Clones of one template share its secret, and two databases of one product never do.
  await sql`UPDATE llm_server_secrets SET value = 'another' WHERE name = 'cursor'`.execute(database.sql);
  const other = await createServer({ logLevel: 'silent' }, database);
  try {
    await replaceRows(database, plainRows([{}]));
    const answer = await other.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: '{ callLogs { pageInfo { endCursor } } }' },
    });
    const cursor = answer.json<{ data: { callLogs: { pageInfo: { endCursor: string } } } }>().data.callLogs
      .pageInfo.endCursor;
    await expectRefused('after', cursor);
  } finally {
    await other.close();
    await database.close();
    await dropTestDatabase(url);
  }
});

test('a cursor of the list of groups is refused in the list of calls, and the other way round', async () => {
  await replaceRows(server.database, plainRows([{}]));
  const { callLogs, groups } = await server.query(
    '{ callLogs { pageInfo { endCursor } } groups { pageInfo { endCursor } } }',
  );
  const calls = await server.send(PAGE, { order: 'CALL_TIME_DESC', after: groups.pageInfo.endCursor });
  expect(calls.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }]);
  const listed = await server.send('query ($before: String) { groups(before: $before) { nodes { id } } }', {
    before: callLogs.pageInfo.endCursor,
  });
  expect(listed.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'before' } }]);
});

test('the calls of a group are walked like those of the whole log', async () => {
  const cases = fc.tuple(rows, fc.constantFrom(...ORDERS), fc.integer({ min: 1, max: 10 }));
  await fc.assert(
    fc.asyncProperty(cases, async ([all, order, size]) => {
      await replaceRows(server.database, all);
      for (const group of [1, 2]) {
        const visited: string[] = [];
        let after: string | null = null;
        do {
          const data: { group: { callLogs: { nodes: { id: string }[]; pageInfo: Page['pageInfo'] } } } =
            await server.query(
              `query ($group: ID!, $order: CallLogOrder!, $size: Int, $after: String) {
                group(id: $group) {
                  callLogs(orderBy: $order, first: $size, after: $after) {
                    totalCount nodes { id } pageInfo { hasNextPage endCursor }
                  }
                }
              }`,
              { group, order, size, after },
            );
          const { nodes, pageInfo } = data.group.callLogs;
          visited.push(...nodes.map(({ id }) => id));
          after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
        } while (after !== null);
        const own = all.filter((row) => row.groupId === group);
        expect(visited).toEqual(idsInOrder(own, order));
      }
    }),
    { numRuns: 20 },
  );
});

test('groups are walked by name and then by number, with equal names and names in any script', async () => {
  await replaceRows(server.database, []);
  const names = [
    '数据',
    '数据',
    '日本語',
    'apple',
    'Apple',
    'ápple',
    '',
    ' ',
    '🙂',
    '한국',
    'zebra',
    '数据',
    "o'hara",
  ];
  await sql`DELETE FROM groups`.execute(server.database.sql);
  await sql`INSERT INTO groups (name) SELECT unnest(${names}::text[])`.execute(server.database.sql);
  const ordered = await sql<{ id: number }>`SELECT id FROM groups ORDER BY name, id`.execute(
    server.database.sql,
  );
  const expected = ordered.rows.map(({ id }) => String(id));
  expect(expected).toHaveLength(names.length);
  for (const size of [1, 2, 5, 13]) {
    for (const direction of ['forward', 'backward']) {
      const visited: string[] = [];
      let cursor: string | null = null;
      do {
        const {
          groups,
        }: { groups: { totalCount: number; nodes: { id: string }[]; pageInfo: Page['pageInfo'] } } =
          await server.query(
            `query ($first: Int, $after: String, $last: Int, $before: String) {
              groups(first: $first, after: $after, last: $last, before: $before) {
                totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
              }
            }`,
            direction === 'forward' ? { first: size, after: cursor } : { last: size, before: cursor },
          );
        expect(groups.totalCount).toBe(names.length);
        const ids = groups.nodes.map(({ id }) => id);
        if (direction === 'forward') visited.push(...ids);
        else visited.unshift(...ids);
        const { hasNextPage, hasPreviousPage, startCursor, endCursor } = groups.pageInfo;
        cursor =
          direction === 'forward' ? (hasNextPage ? endCursor : null) : hasPreviousPage ? startCursor : null;
      } while (cursor !== null);
      expect(visited).toEqual(expected);
    }
  }
});

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: Plan[];
}

/** The plan of the one statement that a query sends to the log, from the top down to where it reads. */
async function planOf(query: string, variables: Record<string, unknown>): Promise<Plan[]> {
  const queries = await collectQueries(() => server.query(query, variables));
  const [statement] = queries.filter(({ text }) => text.includes('FROM llm_call_logs'));
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (FORMAT JSON) ${statement?.text}`,
      statement?.values,
    );
    const plans: Plan[] = [];
    for (let plan = rows[0]?.['QUERY PLAN'][0]?.Plan; plan; plan = plan.Plans?.[0]) plans.push(plan);
    return plans;
  } finally {
    await client.end();
  }
}

test('a deep page is read from its place in an index on, whatever lies before it', async () => {
  await replaceRows(server.database, []);
  await sql`
    INSERT INTO llm_call_logs (request_messages, status, group_id, call_time)
    SELECT '[]', 'success', 1 + n % 3, timestamp '2024-01-01' + (n % 9000) * interval '1 s'
    FROM generate_series(1, 20000) AS n`.execute(server.database.sql);
  await sql`ANALYZE llm_call_logs`.execute(server.database.sql);
  const everything = 'llm_call_logs_call_time_id_idx';
  const ofGroup = 'llm_call_logs_group_id_call_time_id_idx';
  const IN_GROUP = { groupId: { eq: '2' } };
  const places = [
    { order: 'CALL_TIME_DESC', filter: null, size: 'first', side: 'after', index: everything },
    { order: 'CALL_TIME_DESC', filter: null, size: 'last', side: 'before', index: everything },
    { order: 'CALL_TIME_ASC', filter: null, size: 'first', side: 'after', index: everything },
    { order: 'CALL_TIME_ASC', filter: null, size: 'last', side: 'before', index: everything },
    { order: 'CALL_TIME_DESC', filter: IN_GROUP, size: 'first', side: 'after', index: ofGroup },
  ];
  for (const { order, filter, size, side, index } of places) {
    const far = await pageOf({ order, filter, [size]: 1000 });
    const cursor = size === 'first' ? far.pageInfo.endCursor : far.pageInfo.startCursor;
    const plan = await planOf(
      `query ($filter: CallLogFilter, $cursor: String) {
        callLogs(orderBy: ${order}, filter: $filter, ${size}: 50, ${side}: $cursor) { nodes { id } }
      }`,
      { filter, cursor },
    );
    expect(plan.map((node) => node['Node Type'])).not.toContain('Sort');
    expect(plan.at(-1)?.['Index Name']).toBe(index);
    expect(plan.at(-1)?.['Index Cond']).toContain('ROW(call_time, id)');
  }
});

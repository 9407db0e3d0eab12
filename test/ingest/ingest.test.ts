import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Scope } from '../../src/access/scope.js';
import { MISTAKES } from '../call-logs/mistaken-calls.js';
import { useTestServer } from '../support/server.js';
import { bearer, newToken } from '../support/token.js';
import { CALL, lines, send } from './sending.js';

const server = useTestServer();

beforeAll(async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (2, 'two')`.execute(server.database.sql);
});
beforeEach(async () => {
  await sql`TRUNCATE llm_call_logs`.execute(server.database.sql);
});

/** The response texts of the stored calls, in their order. */
async function stored(): Promise<(string | null)[]> {
  const { rows } = await sql<{ text: string | null }>`
    SELECT response_content AS text FROM llm_call_logs ORDER BY id`.execute(server.database.sql);
  return rows.map(({ text }) => text);
}

const named = (responseContent: string, more = {}) => ({ ...CALL, responseContent, ...more });

describe('lines of JSON', () => {
  test('are recorded in their order, with every field', async () => {
    const whole = named('whole', {
      ...{ groupId: 1, configId: '7', templateId: 8, activationCode: 'code', requestParams: { model: 'm' } },
      ...{ responseData: { a: [1] }, errorMessage: 'none', tokensUsed: 9, promptTokens: 12.0 },
      ...{ completionTokens: 3, callTime: '2026-01-02T03:04:05+08:00', durationMs: 812.6 },
    });
    expect((await send(server, lines(named('first'), whole))).body).toEqual({ recorded: 2, rejected: [] });
    expect(await stored()).toEqual(['first', 'whole']);
    const { rows } = await sql`
      SELECT group_id, config_id, template_id, activation_code, request_params, response_data, error_message,
        tokens_used, prompt_tokens, completion_tokens, call_time::text, duration_ms
      FROM llm_call_logs ORDER BY id DESC LIMIT 1`.execute(server.database.sql);
    expect(rows).toEqual([
      {
        ...{
          group_id: 1,
          config_id: 7,
          template_id: 8,
          activation_code: 'code',
          request_params: { model: 'm' },
        },
        ...{ response_data: { a: [1] }, error_message: 'none', tokens_used: 9, prompt_tokens: 12 },
        ...{ completion_tokens: 3, call_time: '2026-01-01 19:04:05', duration_ms: 813 },
      },
    ]);
  });

  test('that are no calls are rejected by themselves, by index, line and field', async () => {
    const body = lines(
      ...[named('one'), '', '{"status":', '  ', 'null', '[]', '"text"', named('two')],
      ...[
        { ...CALL, status: 'FAILED' },
        { ...CALL, colour: 1 },
        { ...CALL, groupId: 99 },
        named('three'),
        '',
      ],
    );
    const { status, body: answer } = await send(server, body);
    const wrong = { code: 'BAD_USER_INPUT', field: null };
    expect({ status, answer }).toEqual({
      status: 200,
      answer: {
        recorded: 3,
        rejected: [
          { ...wrong, index: 1, line: 3, message: 'calls[1] must be a JSON object on a line of its own.' },
          { ...wrong, index: 2, line: 5, message: 'calls[2] must be an object, not null.' },
          { ...wrong, index: 3, line: 6, message: 'calls[3] must be an object, not a list.' },
          { ...wrong, index: 4, line: 7, message: 'calls[4] must be an object, not "text".' },
          {
            ...wrong,
            index: 6,
            line: 9,
            field: 'status',
            message: expect.stringContaining('SUCCESS or ERROR'),
          },
          { ...wrong, index: 7, line: 10, field: 'colour', message: expect.stringContaining('no field') },
          { ...wrong, index: 8, line: 11, field: 'groupId', message: expect.stringContaining('no group 99') },
        ],
      },
    });
    expect(await stored()).toEqual(['one', 'two', 'three']);
  });

  test('are checked as GraphQL checks them', async () => {
    const { body } = await send(server, lines(...MISTAKES.map(([, mistake]) => ({ ...CALL, ...mistake }))));
    expect(body).toMatchObject({ recorded: 0, rejected: { length: MISTAKES.length } });
    for (const [index, [, , field, right]] of MISTAKES.entries()) {
      expect(body.rejected[index]).toMatchObject({ index, line: index + 1, field, code: 'BAD_USER_INPUT' });
      expect(body.rejected[index].message).toMatch(right);
    }
  });

  test('may begin with a byte order mark, end as in Windows, and not be UTF-8 throughout', async () => {
    const body = Buffer.from(`\uFEFF${lines(named('one'), named('two')).replace('\n', '\r\n')}\r\n`);
    expect((await send(server, body)).body).toMatchObject({ recorded: 2, rejected: [] });
    const latin = Buffer.from(lines(named('caf\u00e9')), 'latin1');
    expect((await send(server, latin)).body).toMatchObject({ recorded: 1, rejected: [] });
    expect(await stored()).toEqual(['one', 'two', 'caf\uFFFD']);
  });

  test('are taken by the thousand', async () => {
    const rows = Array.from({ length: 2500 }, (_, index) => (index % 1000 === 999 ? 'x' : named(`${index}`)));
    const { body } = await send(server, lines(...rows));
    expect(body).toMatchObject({
      recorded: 2498,
      rejected: [
        { index: 999, line: 1000 },
        { index: 1999, line: 2000 },
      ],
    });
    expect(body.rejected[1].message).toContain('calls[1999]');
    expect(await stored()).toEqual(
      rows.flatMap((row) => (typeof row === 'string' ? [] : row.responseContent)),
    );
  });

  test('as many as 100 000 are looked at, and not one of more', async () => {
    const most = await send(server, 'x\n'.repeat(100_000));
    expect(most).toMatchObject({ status: 200, body: { recorded: 0, rejected: { length: 100_000 } } });
    const more = await send(server, `${lines(CALL)}\n${'x\n'.repeat(100_000)}`);
    expect(more.status).toBe(413);
    expect(more.body.errors).toMatchObject([{ extensions: { code: 'PAYLOAD_TOO_LARGE', limit: 100_000 } }]);
    expect(await stored()).toEqual([]);
  });

  test('are recorded once, however often they are sent with the same key', async () => {
    const body = lines(named('kept', { idempotencyKey: 'ingested' }));
    for (let sent = 0; sent < 2; sent++)
      expect((await send(server, body)).body).toEqual({ recorded: 1, rejected: [] });
    expect(await stored()).toEqual(['kept']);
  });
});

describe('JSON', () => {
  const type = { 'content-type': 'application/json; charset=utf-8' };

  test('may be an array of calls, or one call', async () => {
    const rows = [named('one'), { ...CALL, promptTokens: '12' }, named('two')];
    expect((await send(server, JSON.stringify(rows), type)).body).toEqual({
      recorded: 2,
      rejected: [
        {
          ...{ index: 1, field: 'promptTokens', code: 'BAD_USER_INPUT' },
          message: 'calls[1].promptTokens must be a whole number, not "12".',
        },
      ],
    });
    expect((await send(server, JSON.stringify(named('three')), type)).body.recorded).toBe(1);
    expect(await stored()).toEqual(['one', 'two', 'three']);
  });

  test.each([
    ['no JSON', '[{', /JSON array of calls/],
    ['lines', lines(CALL, CALL), /application\/x-ndjson/],
    ['a text', '"text"', /JSON array of calls/],
    ['null', 'null', /JSON array of calls/],
    ['an empty array', '[]', /no call/],
    ['empty', ' \n', /no call/],
    ['nested too deep', `${'['.repeat(60_000)}${']'.repeat(60_000)}`, /nested/],
  ])('that is %s is refused', async (_, body, right) => {
    const { status, body: answer } = await send(server, body, type);
    expect(status).toBe(400);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(answer.errors[0].message).toMatch(right);
  });

  test('of more than 100 000 calls is refused', async () => {
    const { status, body } = await send(server, `[${'0,'.repeat(100_000)}0]`, type);
    expect({ status, body }).toMatchObject({
      status: 413,
      body: { errors: [{ extensions: { limit: 100_000 } }] },
    });
  });
});

test.each(['', '\n', ' \r\n\t\n'])('a body without a call is refused: %j', async (body) => {
  const { status, body: answer } = await send(server, body);
  expect({ status, answer }).toEqual({
    status: 400,
    answer: {
      errors: [{ message: expect.stringContaining('no call'), extensions: { code: 'BAD_REQUEST' } }],
    },
  });
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/graphql', 'application/xml'])(
  'calls as %s are refused, and it is said what would be right',
  async (type) => {
    const { status, headers, body } = await send(server, lines(CALL), { 'content-type': type });
    expect(status).toBe(415);
    expect(headers.get('accept-post')).toBe('application/x-ndjson, application/jsonl, application/json');
    expect(body.errors).toMatchObject([{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }]);
    expect(await stored()).toEqual([]);
  },
);

test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('%s is refused, and told what is allowed', async (method) => {
  const response = await fetch(`${server.url}/ingest/calls`, { method, headers: bearer() });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('POST, OPTIONS');
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
});

describe('a caller', () => {
  test('without a good token is not let in', async () => {
    for (const authorization of ['', 'Bearer lcl_unknown']) {
      const { status, headers, body } = await send(server, lines(CALL), { authorization });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toContain('Bearer');
      expect(body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
  });

  test.each([
    [Scope.LOGS_WRITE, 200],
    [Scope.ADMIN, 200],
    [Scope.LOGS_READ, 403],
    [Scope.KEYS_READ, 403],
    [Scope.KEYS_ROTATE, 403],
  ])('with the scope %s gets %i', async (scope, expected) => {
    const token = await newToken(server.database, { scopes: [scope] });
    const { status, body } = await send(server, lines(CALL), bearer(token));
    expect(status).toBe(expected);
    if (expected !== 403) return;
    expect(body.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', scopes: ['LOGS_WRITE', 'ADMIN'] } },
    ]);
    expect(await stored()).toEqual([]);
  });

  test('who is limited to groups records calls of these alone', async () => {
    const token = await newToken(server.database, { scopes: [Scope.LOGS_WRITE], groupIds: ['1'] });
    const rows = [named('own', { groupId: 1 }), named('other', { groupId: 2 }), named('none')];
    const { body } = await send(server, lines(...rows), bearer(token));
    expect(body).toMatchObject({
      recorded: 1,
      rejected: [
        { index: 1, line: 2, field: 'groupId', code: 'FORBIDDEN' },
        { index: 2, line: 3, field: 'groupId', code: 'FORBIDDEN' },
      ],
    });
    expect(await stored()).toEqual(['own']);
  });
});

describe('a database that cannot record', () => {
  /** As a database that is shut down does it, for calls that say so. */
  beforeAll(async () => {
    await sql`
      CREATE FUNCTION fail_on_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'on purpose' USING ERRCODE = NEW.error_message;
      END $$`.execute(server.database.sql);
    await sql`
      CREATE TRIGGER fail_on_purpose BEFORE INSERT ON llm_call_logs FOR EACH ROW
      WHEN (NEW.response_content = 'fails') EXECUTE FUNCTION fail_on_purpose()`.execute(server.database.sql);
  });

  const failing = named('fails', { errorMessage: '57P03' });

  test('is the answer 503 where it recorded nothing, also with mistakes among the calls', async () => {
    const { status, headers, body } = await send(server, lines('x', failing, named('with it')));
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(body.errors).toMatchObject([{ extensions: { code: 'DATABASE_UNAVAILABLE' } }]);
    expect(await stored()).toEqual([]);
  });

  test('rejects what came too late, and later batches are not begun', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => named(`${index}`));
    rows[1500] = failing;
    const { status, body } = await send(server, lines(...rows));
    expect({ status, recorded: body.recorded }).toEqual({ status: 200, recorded: 1000 });
    expect(body.rejected).toHaveLength(2000);
    for (const [place, rejected] of (body.rejected as unknown[]).entries()) {
      expect(rejected).toMatchObject({
        ...{ index: 1000 + place, line: 1001 + place, field: null, code: 'DATABASE_UNAVAILABLE' },
      });
    }
    expect(await stored()).toHaveLength(1000);
  });

  test('in a way that nobody expected tells it only to the log', async () => {
    const unexpected = named('fails', { errorMessage: 'XX000' });
    const { status, body } = await send(server, lines(unexpected));
    expect(status).toBe(500);
    expect(body.errors).toMatchObject([
      { extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) } },
    ]);
    const rows = [...Array.from({ length: 1000 }, () => named('fine')), unexpected];
    const part = await send(server, lines(...rows));
    expect(part).toMatchObject({
      status: 200,
      body: {
        recorded: 1000,
        rejected: [{ index: 1000, line: 1001, field: null, code: 'INTERNAL_SERVER_ERROR' }],
      },
    });
    expect(JSON.stringify([body, part.body])).not.toContain('on purpose');
  });
});

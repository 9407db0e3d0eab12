import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { replaceRows } from '../support/insert-rows.js';
import { collectStatements } from '../support/statements.js';
import { newToken } from '../support/token.js';
import { CALL, RECORD_ID, useRecordingServer } from './recording-server.js';

const { server } = useRecordingServer();
const CALLS = 100;
const GROUPS = 3;
const BY_ID = 'query ($id: ID!) { callLog(id: $id) { id group { id } responseContent } }';

const groupOf = (id: number) => String(1 + (id % GROUPS));
const callOf = (id: number) => ({
  id: String(id),
  group: { id: groupOf(id) },
  responseContent: `answer ${id}`,
});

beforeEach(async () => {
  await replaceRows(server.database, []);
  await sql`
    INSERT INTO llm_call_logs (id, request_messages, status, group_id, response_content)
    SELECT id, '[]', 'success', 1 + id % ${GROUPS}::integer, 'answer ' || id
    FROM generate_series(1, ${CALLS}::integer) AS id`.execute(server.database.sql);
  await sql`SELECT setval('llm_call_logs_id_seq', ${CALLS}::integer)`.execute(server.database.sql);
});

test('100 calls asked for by their numbers at one time all come, in fewer statements', async () => {
  // One that is not there, one that is asked for twice.
  const ids = [...Array.from({ length: CALLS }, (_, index) => index + 1), CALLS + 100, 1];
  const statements = await collectStatements(async () => {
    const answers = await Promise.all(ids.map((id) => server.query(BY_ID, { id: String(id) })));
    expect(answers.map(({ callLog }) => callLog)).toEqual(ids.map((id) => (id > CALLS ? null : callOf(id))));
  });
  expect(statements.length).toBeLessThan(CALLS);
});

test('in one request too, however the fields of each differ', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => index + 1);
  const fields = ids.map((id) =>
    id % 2 === 0
      ? `call${id}: callLog(id: ${id}) { id }`
      : `call${id}: callLog(id: ${id}) { responseContent }`,
  );
  // A query that comes again is compiled.
  for (let time = 0; time < 3; time += 1) {
    const statements = await collectStatements(async () => {
      const answer = await server.query(`{ ${fields.join(' ')} }`);
      for (const id of ids) {
        const call = callOf(id);
        expect(answer[`call${id}`]).toEqual(
          id % 2 === 0 ? { id: call.id } : { responseContent: call.responseContent },
        );
      }
    });
    expect(statements).toHaveLength(2);
  }
});

test('callers who ask at the same time each get their own groups, and nothing of the others', async () => {
  const groups = Array.from({ length: GROUPS }, (_, index) => String(index + 1));
  const tokens = await Promise.all(groups.map((group) => newToken(server.database, { groupIds: [group] })));
  const ids = Array.from({ length: 60 }, (_, index) => index + 1);
  await Promise.all(
    ids.flatMap((id) =>
      tokens.map(async (token, index) => {
        const { callLog } = await server.query(BY_ID, { id: String(id) }, token);
        expect(callLog).toEqual(groupOf(id) === groups[index] ? callOf(id) : null);
      }),
    ),
  );
});

test('a call that was just recorded is found, however many others are being asked for', async () => {
  let isOver = false;
  const others = Array.from({ length: 8 }, async () => {
    while (!isOver) await server.query(BY_ID, { id: '1' });
  });
  for (let count = 0; count < 20; count += 1) {
    const { recordCallLog } = await server.query(RECORD_ID, { input: CALL });
    const { callLog } = await server.query(BY_ID, { id: recordCallLog.id });
    expect(callLog?.id).toBe(recordCallLog.id);
  }
  isOver = true;
  await Promise.all(others);
});

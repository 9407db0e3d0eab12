import { expect, test } from '@jest/globals';
import { useTestServer } from '../../support/server.js';

const server = useTestServer(() => ({ limits: { pageSize: 20 } }));

const LISTS = ['callLogs', 'groups'];

test.each(LISTS)(
  '%s of a server that is set to smaller pages gives those, and no larger ones',
  async (list) => {
    for (const argument of ['first', 'last']) {
      expect((await server.send(`{ ${list}(${argument}: 20) { nodes { id } } }`)).errors).toBeUndefined();
      const { errors } = await server.send(`{ ${list}(${argument}: 21) { nodes { id } } }`);
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument, limit: 20, actual: 21 });
      expect(errors?.[0]?.message).toBe(`${argument} must be from 0 to 20, not 21.`);
    }
  },
);

test.each(LISTS)('%s that is asked for no size gives such a page', async (list) => {
  await server.database.orm.em
    .fork()
    .execute("INSERT INTO groups (name) SELECT 'group ' || n FROM generate_series(1, 30) AS n");
  await server.database.orm.em
    .fork()
    .execute(
      "INSERT INTO llm_call_logs (request_messages, status) SELECT '[]', 'success' FROM generate_series(1, 30)",
    );
  const answer = await server.query(`{ ${list} { nodes { id } pageInfo { hasNextPage } } }`);
  expect(answer[list].nodes).toHaveLength(20);
  expect(answer[list].pageInfo.hasNextPage).toBe(true);
});

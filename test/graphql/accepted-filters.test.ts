import { expect, test } from '@jest/globals';
import { useServerWithOneCall } from './one-call.js';

const server = useServerWithOneCall();

test('an empty filter, a null one and none select all calls', async () => {
  for (const filter of ['', '(filter: {})', '(filter: null)']) {
    const { callLogs } = await server.query(`{ callLogs${filter} { nodes { id } } }`);
    expect(callLogs.nodes).toEqual([{ id: '1' }]);
  }
});

test('a text with NUL finds what was recorded with NUL', async () => {
  const { recordCallLog } = await server.query(
    'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id } }',
    {
      input: {
        requestMessages: [{ role: 'user', content: 'a\0b' }],
        requestParams: { model: 'gpt\0x', stop: ['\0'] },
        activationCode: 'c\0de',
        errorMessage: 'no\0pe',
        status: 'ERROR',
      },
    },
  );
  const filters = [
    { text: 'A\0B' },
    { model: { eq: 'gpt\0x' } },
    { model: { startsWith: 'gpt\0' } },
    { activationCode: { in: ['c\0de'] } },
    { errorMessage: { contains: '\0' } },
    { requestParams: { stop: ['\0'] } },
  ];
  for (const filter of filters) {
    const { callLogs } = await server.query(
      'query ($filter: CallLogFilter) { callLogs(filter: $filter) { nodes { id } totalCount } }',
      { filter },
    );
    expect(callLogs).toEqual({ nodes: [recordCallLog], totalCount: 1 });
  }
});

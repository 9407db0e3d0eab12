import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CALL, RECORD, useRecordingServer } from './recording-server.js';
import { bearer } from '../support/token.js';

const { server } = useRecordingServer();

test('times are UTC, whatever the zones of the process, its session and the database are', async () => {
  const name = new URL(server.databaseUrl).pathname.slice(1);
  await sql`ALTER DATABASE ${sql.ref(name)} SET timezone = 'America/New_York'`.execute(server.database.sql);
  const child = spawn(process.execPath, ['dist/src/main.js', 'start'], {
    env: {
      ...process.env,
      ...{
        TZ: 'Asia/Kathmandu',
        PGTZ: 'Asia/Tokyo',
        NODE_OPTIONS: '',
        DATABASE_URL: server.databaseUrl,
        PORT: '0',
      },
    },
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /http:\S+/.exec(line.toString())?.[0] ?? '';
    const record = async (callTime?: string) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer() },
        body: JSON.stringify({ query: RECORD, variables: { input: { ...CALL, callTime } } }),
      });
      const { data } = (await response.json()) as { data: { recordCallLog: { callTime: string } } };
      return data.recordCallLog.callTime;
    };
    expect(await record('2024-03-10T07:30:00.123456-05:00')).toBe('2024-03-10T12:30:00.123Z');
    await record();
  } finally {
    child.kill();
    await once(child, 'exit');
  }
  const { rows } = await sql<{ call_time: string; late: number }>`
    SELECT call_time::text, abs(extract(epoch FROM now() AT TIME ZONE 'UTC' - call_time))::float AS late
    FROM llm_call_logs ORDER BY id`.execute(server.database.sql);
  expect(rows[0]?.call_time).toBe('2024-03-10 12:30:00.123456');
  // No zone is less than a quarter of an hour from another.
  expect(rows[1]?.late).toBeLessThan(600);
});

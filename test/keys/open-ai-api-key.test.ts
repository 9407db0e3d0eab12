import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client, Notification } from 'pg';
import { openDatabase, type Database } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/older-database.js';
import { useOtherServers } from './other-servers.js';
import { useRotationServer } from './rotation-server.js';

const { server, rotate, openAIApiKey } = useRotationServer();
const otherServer = useOtherServers();

let listener: Client;
let secondPool: Database;
beforeAll(async () => {
  secondPool = await openDatabase(server.databaseUrl, entities, 2);
  listener = await connect(server.databaseUrl);
  await listener.query('LISTEN llm_call_log_key_rotated');
});
afterAll(async () => {
  await listener.end();
  await secondPool.close();
});

test('there is none until a key is stored, and then it is that key', async () => {
  expect(await openAIApiKey()).toBeNull();
  await rotate('sk-first-key-0001');
  expect(await openAIApiKey()).toBe('sk-first-key-0001');
});

test('another server gives the new key at once', async () => {
  const send = await otherServer(secondPool);
  for (const key of ['sk-first-key-0001', 'sk-second-key-0002', 'sk-third-key-0003']) {
    await send('{ openAIApiKey }');
    await rotate(key);
    expect((await send('{ openAIApiKey }')).data.openAIApiKey).toBe(key);
  }
});

test('what another program writes straight into the table is given at once, by every server', async () => {
  const send = await otherServer(secondPool);
  const given = async () => [await openAIApiKey(), (await send('{ openAIApiKey }')).data.openAIApiKey];
  await rotate('sk-by-rotation-0001');
  expect(await given()).toEqual(['sk-by-rotation-0001', 'sk-by-rotation-0001']);
  for (const [statement, key] of [
    [`UPDATE llm_configs SET api_key = 'sk-by-another-0002'`, 'sk-by-another-0002'],
    [`UPDATE llm_configs SET api_key = 'sk-by-another-0003', updated_at = now()`, 'sk-by-another-0003'],
    ['DELETE FROM llm_configs', null],
    [`INSERT INTO llm_configs (api_key) VALUES ('sk-by-another-0004')`, 'sk-by-another-0004'],
  ] as const) {
    await listener.query(statement);
    expect(await given()).toEqual([key, key]);
  }
});

test('whoever listens is told of each rotation by the fingerprint of the new key, and of nothing that is none', async () => {
  const heard: Notification[] = [];
  listener.on('notification', (notification) => heard.push(notification));
  const { config: first } = await rotate('sk-very-secret-0001');
  await rotate('sk-very-secret-0001');
  await rotate('sk-very-secret-0002', { expectedFingerprint: '0123456789abcdef' });
  const { config: second } = await rotate('sk-very-secret-0003');
  await eventually(() => heard.length >= 2);
  expect(heard.map(({ channel, payload }) => [channel, payload])).toEqual([
    ['llm_call_log_key_rotated', first.apiKeyFingerprint],
    ['llm_call_log_key_rotated', second.apiKeyFingerprint],
  ]);
  expect(JSON.stringify(heard)).not.toContain('very-secret');
});

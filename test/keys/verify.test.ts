import { beforeEach, describe, expect, test } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { useProvider } from '../support/provider.js';
import type { GraphQLAnswer } from '../support/server.js';
import { useOtherServers } from './other-servers.js';
import { ROTATE, useRotationServer } from './rotation-server.js';

const { server, rotate, llmConfig, openAIApiKey, storedConfigs, storedRotations } = useRotationServer();
const otherServer = useOtherServers();
const provider = useProvider();

const KEY = 'sk-second-key-0002';
let send: (input: Record<string, unknown>, providerBaseUrl?: string) => Promise<GraphQLAnswer>;
beforeEach(async () => {
  await rotate('sk-first-key-0001');
  send = async (input, providerBaseUrl = provider.url) =>
    (await otherServer(server.database, { providerBaseUrl }))(ROTATE, {
      input: { newApiKey: KEY, ...input },
    });
});

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(code, headers).end(`{"error":"the key ${KEY} is not good"}`);

/** Runs a rotation that is to change nothing. */
async function withoutChange(run: () => Promise<GraphQLAnswer>): Promise<GraphQLAnswer> {
  const [configs, rotations] = [await storedConfigs(), await storedRotations()];
  const answer = await run();
  expect(await storedConfigs()).toEqual(configs);
  expect(await storedRotations()).toEqual(rotations);
  expect(JSON.stringify(answer)).not.toContain(KEY);
  return answer;
}

test('a key that the provider takes is put into use, after one request for the models with that key alone', async () => {
  expect((await send({})).data.rotateApiKey).toMatchObject({ __typename: 'ApiKeyRotated' });
  expect(provider.requests).toEqual([{ method: 'GET', path: '/v1/models', authorization: `Bearer ${KEY}` }]);
  expect(await openAIApiKey()).toBe(KEY);
});

test.each([401, 403])('a key that the provider refuses with %d is rejected with what to do', async (code) => {
  provider.answer = status(code);
  const { data, errors } = await withoutChange(() => send({}));
  expect(errors).toBeUndefined();
  expect(data.rotateApiKey).toEqual({
    __typename: 'ApiKeyRejected',
    message: expect.stringMatching(
      new RegExp(`status ${code}: .*(Check it|verify: false).*Nothing was changed`),
    ),
  });
});

const anywhere = status(307, { location: 'http://127.0.0.1:1/v1/models' });
test.each([
  ['429', status(429), { status: 429 }, 'status 429'],
  ['500', status(500), { status: 500 }, 'status 500'],
  ['404', status(404), { status: 404 }, 'status 404'],
  ['a redirection, which is not followed', anywhere, { status: 307 }, 'redirection'],
  ['a broken connection', ({ socket }: IncomingMessage) => socket.destroy(), {}, 'cannot be reached'],
  ['no answer within 5 s', () => undefined, {}, 'within 5 s'],
] as [string, typeof provider.answer, object, string][])(
  'where the provider answers with %s, nothing changes, and the answer says how to go on',
  async (_, answer, details, message) => {
    provider.answer = answer;
    const { data, errors } = await withoutChange(() => send({}));
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_UNAVAILABLE', ...details } }]);
    expect(errors?.[0]?.message).toContain(message);
    expect(errors?.[0]?.message).toContain('verify: false');
    expect(provider.requests).toHaveLength(1);
  },
);

test('an answer that never ends is not waited for', async () => {
  const hungUp = new Promise((resolve) => {
    provider.answer = (_, response) => {
      response.once('close', resolve);
      response.writeHead(200);
      response.write('{');
    };
  });
  // Whoever waited for its end would say that the provider does not answer.
  expect((await send({})).data.rotateApiKey).toMatchObject({ __typename: 'ApiKeyRotated' });
  await hungUp;
});

test.each(['http://127.0.0.1:2/v1', 'http://provider.invalid/v1'])(
  'where %s cannot be reached, nothing changes',
  async (url) => {
    const { errors } = await withoutChange(() => send({}, url));
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_UNAVAILABLE' } }]);
    expect(errors?.[0]?.message).toMatch(/cannot be reached \(E\w+\)/);
  },
);

describe('the provider is not asked', () => {
  test('with verify: false', async () => {
    provider.answer = status(401);
    expect((await send({ verify: false })).data.rotateApiKey).toMatchObject({ __typename: 'ApiKeyRotated' });
    expect(provider.requests).toEqual([]);
  });

  test('for a rotation that is stale', async () => {
    const { data } = await withoutChange(() => send({ expectedFingerprint: '0123456789abcdef' }));
    expect(data.rotateApiKey).toMatchObject({ __typename: 'StaleApiKey' });
    expect(provider.requests).toEqual([]);
  });

  test('for the key that is in use already, which is answered as it is', async () => {
    const before = await llmConfig();
    const { data } = await withoutChange(() => send({ newApiKey: 'sk-first-key-0001' }));
    expect(data.rotateApiKey).toEqual({ __typename: 'ApiKeyRotated', config: before });
    expect(provider.requests).toEqual([]);
  });

  test('for a key that cannot be one', async () => {
    await withoutChange(() => send({ newApiKey: `${KEY}\n` }));
    expect(provider.requests).toEqual([]);
  });
});

test('a rotation that becomes stale while the provider is asked changes nothing', async () => {
  const { apiKeyFingerprint: expectedFingerprint } = await llmConfig();
  provider.answer = (_, response) => void rotate('sk-between-0003').then(() => response.end('{}'));
  const { data } = await send({ expectedFingerprint });
  expect(data.rotateApiKey).toMatchObject({ __typename: 'StaleApiKey', inUse: { apiKeyHint: '…003' } });
  expect(await openAIApiKey()).toBe('sk-between-0003');
});

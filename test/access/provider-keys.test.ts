import { describe, expect, test } from '@jest/globals';
import { createServer } from '../../src/server.js';
import { eventually } from '../support/eventually.js';
import { useIdentityProvider } from '../support/identity-provider.js';
import { useTestServer } from '../support/server.js';
import { bearer } from '../support/token.js';
import { TEST_CONFIG } from '../support/test-config.js';

const provider = useIdentityProvider();
const server = useTestServer(() => ({ identityProvider: provider.config }));

const VIEWER = '{ viewer { name scopes groupIds } }';

test.each(['RS256', 'PS384', 'EdDSA'])('keys of %s are taken', async (alg) => {
  await provider.rollOver(alg);
  await eventually(async () => (await server.send(VIEWER, {}, await provider.sign())).status === 200);
});

describe('a provider that changes its keys', () => {
  /** Another server, which has not asked the provider for anything yet. */
  async function freshServer() {
    const config = { ...TEST_CONFIG, identityProvider: provider.config };
    const app = await createServer(config, server.database);
    const ask = async (token: string) => {
      const payload = { query: VIEWER };
      const answer = await app.inject({ method: 'POST', url: '/graphql', headers: bearer(token), payload });
      const { errors } = answer.json<{ errors?: { extensions: { code: string } }[] }>();
      return errors?.[0]?.extensions.code ?? answer.statusCode;
    };
    return { ask, close: () => app.close() };
  }

  test('is asked once for many callers, and again at once for a key that is new', async () => {
    const { ask, close } = await freshServer();
    const before = provider.fetches;
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, index) => provider.sign({ sub: `${index}` })),
    );
    expect(new Set(await Promise.all(tokens.map(ask)))).toEqual(new Set([200]));
    expect(provider.fetches).toBe(before + 1);
    await provider.rollOver();
    expect(await ask(await provider.sign())).toBe(200);
    expect(provider.fetches).toBe(before + 2);
    await close();
  });

  test('is not asked for ever new keys that somebody makes up', async () => {
    const { ask, close } = await freshServer();
    const before = provider.fetches;
    const madeUp = await Promise.all(
      Array.from({ length: 200 }, (_, index) => provider.sign({}, { kid: `made up ${index}` })),
    );
    for (const token of madeUp) expect(await ask(token)).toBe('UNAUTHENTICATED');
    expect(provider.fetches - before).toBeLessThanOrEqual(5);
    expect(await ask(await provider.sign())).toBe(200);
    await close();
  });

  test('and is down is told as such, does no harm to others, and is asked again when it is back', async () => {
    const { ask, close } = await freshServer();
    provider.up = false;
    const token = await provider.sign();
    expect(await ask(token)).toBe('IDENTITY_PROVIDER_UNAVAILABLE');
    expect(await ask(provider.unsigned())).toBe('UNAUTHENTICATED');
    const before = provider.fetches;
    const codes = await Promise.all(Array.from({ length: 50 }, () => ask(token)));
    expect(new Set(codes)).toEqual(new Set(['IDENTITY_PROVIDER_UNAVAILABLE']));
    expect(provider.fetches - before).toBeLessThanOrEqual(1);
    provider.up = true;
    await eventually(async () => (await ask(token)) === 200);

    // Keys that are known serve on.
    provider.up = false;
    expect(await ask(await provider.sign({ sub: 'another' }))).toBe(200);
    provider.up = true;
    await close();
  });
});

test('a provider that is down is HTTP 503, with advice to try again', async () => {
  const identityProvider = { ...provider.config, jwksUrl: 'http://127.0.0.1:1/jwks' };
  const app = await createServer({ ...TEST_CONFIG, identityProvider }, server.database);
  const answer = await app.inject({ url: '/graphql', headers: bearer(await provider.sign()) });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.json()).toEqual({
    errors: [
      {
        message: 'The identity provider that signs the tokens does not answer at the moment. Try again.',
        extensions: { code: 'IDENTITY_PROVIDER_UNAVAILABLE' },
      },
    ],
  });
  await app.close();
});

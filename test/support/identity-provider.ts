import { afterAll, beforeAll } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IdentityProviderConfig } from '../../src/access/identity-provider.js';

/** Claims of a JWT; undefined leaves one out that would be there. */
export type Claims = Record<string, unknown>;

interface SigningKey {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

/** An identity provider on this machine: it signs JWTs and publishes its keys. */
export interface TestProvider {
  /** What a server is told of it. */
  config: IdentityProviderConfig;
  /** How often its keys were fetched. */
  fetches: number;
  /** Whether its keys can be had. */
  up: boolean;
  /** Signs with a new key from now on. The old one is published no more. */
  rollOver: (alg?: string) => Promise<void>;
  /** A JWT that is good for five minutes, unless the claims say otherwise. */
  sign: (claims?: Claims, header?: { kid?: string }) => Promise<string>;
  /** The same, with no signature. */
  unsigned: (claims?: Claims) => string;
  /** The same, signed by whoever takes the published key for a shared secret. */
  signWithPublicKey: (claims?: Claims) => Promise<string>;
}

const ISSUER = 'https://id.example.com';
const AUDIENCE = 'llm-call-log';

/** The provider, from before the test file's tests to after them. */
export function useIdentityProvider(): TestProvider {
  let key: SigningKey;
  let keys = 0;
  let server: Server;
  const provider = { fetches: 0, up: true } as TestProvider;
  provider.rollOver = async (alg = 'ES256') => {
    keys += 1;
    key = { kid: `key-${keys}`, alg, ...(await generateKeyPair(alg, { extractable: true })) };
  };
  provider.sign = (claims = {}, { kid = key.kid } = {}) =>
    new SignJWT(completed(claims)).setProtectedHeader({ alg: key.alg, kid }).sign(key.privateKey);
  provider.unsigned = (claims = {}) => new UnsecuredJWT(completed(claims)).encode();
  provider.signWithPublicKey = async (claims = {}) =>
    new SignJWT(completed(claims))
      .setProtectedHeader({ alg: 'HS256', kid: key.kid })
      .sign(new TextEncoder().encode(await exportSPKI(key.publicKey)));

  beforeAll(async () => {
    await provider.rollOver();
    server = createServer((_request, response) => {
      provider.fetches += 1;
      void exportJWK(key.publicKey).then((jwk) => {
        response.statusCode = provider.up ? 200 : 500;
        response.end(JSON.stringify({ keys: [{ ...jwk, kid: key.kid, alg: key.alg, use: 'sig' }] }));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    provider.config = { jwksUrl: `http://127.0.0.1:${port}/jwks`, issuer: ISSUER, audience: AUDIENCE };
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return provider;
}

/** Seconds since 1970, as JWTs count them. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

function completed(claims: Claims) {
  const whole: Claims = { iss: ISSUER, aud: AUDIENCE, exp: inSeconds(300), sub: 'somebody', ...claims };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
}

import { expect, test } from '@jest/globals';
import { readConfig } from '../src/config.js';
import { runCli } from './support/processes.js';

const BAD = {
  HOST: 'not a host',
  PORT: '65536',
  DATABASE_URL: 'mysql://user:s3cret@host/database',
  DATABASE_POOL_SIZE: '0',
  AUTH_JWKS_URL: 'ftp://user:s3cret@id.example.com',
  AUTH_ISSUER: 'https://id.example.com',
  LOG_LEVEL: 'loud',
};

test('nothing set gives the defaults, and so does an empty value', () => {
  const defaults = readConfig({});
  expect(defaults).toMatchObject({ host: '127.0.0.1', port: 4000, databaseUrl: undefined, logLevel: 'warn' });
  expect(readConfig({ HOST: '', PORT: '', DATA_DIR: '', DATABASE_URL: '', LOG_LEVEL: '' })).toEqual(defaults);
});

test('every bad value is named in one message, with what is right, and no password', async () => {
  const server = runCli(['start'], BAD);
  expect(await server.ended).toEqual({ code: 1, signal: null });
  expect(server.stdout()).toBe('');
  expect(server.stderr()).toBe(`The environment has bad values:
  HOST must be a host name or an IP address, such as 127.0.0.1, not "not a host"
  PORT must be a whole number from 0 to 65535, not "65536"
  DATABASE_URL must be a PostgreSQL address such as postgres://user:password@host:5432/database, with %-escapes for special characters
  DATABASE_POOL_SIZE must be a whole number from 1 to 1000, not "0"
  AUTH_JWKS_URL must be a web address such as https://id.example.com/.well-known/jwks.json
  LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud"
  AUTH_AUDIENCE must be set: AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE go together
`);
});

test.each(['4e3', '0x10', ' 4000', '-1', '4000.5', 'http'])('PORT %j is refused', (PORT) => {
  expect(() => readConfig({ PORT })).toThrow('PORT must be a whole number from 0 to 65535');
});

test.each([
  'host/database',
  'postgres:',
  'http://user:s3cret@host/database',
  'postgres://user:100%@host/database',
  'postgres://user:s3cret/x@host/database',
])('DATABASE_URL %j is refused', (DATABASE_URL) => {
  const read = () => readConfig({ DATABASE_URL });
  expect(read).toThrow('DATABASE_URL must be a PostgreSQL address');
  expect(read).not.toThrow('s3cret');
});

test.each([
  'postgres://host/database',
  'postgresql://user:pass%2Fword@[::1]:5433/database?sslmode=verify-full',
  'postgres://user@/database?host=/run/postgresql',
])('DATABASE_URL %j is taken', (DATABASE_URL) => {
  expect(readConfig({ DATABASE_URL }).databaseUrl).toBe(DATABASE_URL);
});

const PROVIDER = {
  AUTH_JWKS_URL: 'https://id.example.com/.well-known/jwks.json',
  AUTH_ISSUER: 'https://id.example.com',
  AUTH_AUDIENCE: 'llm-call-log',
};

test('an identity provider is named by three variables together', () => {
  expect(readConfig(PROVIDER).identityProvider).toEqual({
    jwksUrl: 'https://id.example.com/.well-known/jwks.json',
    issuer: 'https://id.example.com',
    audience: 'llm-call-log',
  });
  expect(readConfig({}).identityProvider).toBeUndefined();
});

test.each(Object.keys(PROVIDER))('without %s among them the start is refused', (name) => {
  expect(() => readConfig({ ...PROVIDER, [name]: '' })).toThrow(
    `  ${name} must be set: AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE go together`,
  );
});

import { expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { readConfig } from '../src/config.js';
import { runCli } from './support/processes.js';

const BAD = {
  HOST: 'not a host',
  PORT: '65536',
  DATABASE_URL: 'mysql://user:s3cret@host/database',
  DATABASE_POOL_SIZE: '0',
  AUTH_JWKS_URL: 'ftp://user:s3cret@id.example.com',
  AUTH_ISSUER: 'https://id.example.com',
  KEY_ENCRYPTION_KEYS: 's3cretWithoutId',
  KEY_STORAGE: 'clear',
  PROVIDER_BASE_URL: 'https://user:s3cret@host/v1',
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
  DATABASE_POOL_SIZE must be a whole number from 4 to 1000, not "0"
  AUTH_JWKS_URL must be a web address such as https://id.example.com/.well-known/jwks.json
  KEY_ENCRYPTION_KEYS must be id:key pairs, newest first and separated by commas, as "npm run --silent keys -- generate" prints them: entry 1 does not begin with an id of 1 to 20 letters, digits, _ and -, and a colon
  KEY_STORAGE must be one of encrypted, plaintext, not "clear"
  PROVIDER_BASE_URL must be an http or https address such as https://api.openai.com/v1, without a user, a query or a fragment
  LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud"
  AUTH_AUDIENCE must be set: AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE go together
`);
});

test('each bad pattern of REDACT_PATTERNS is named, and with REDACT=off nothing is replaced', () => {
  expect(() => readConfig({ REDACT_PATTERNS: 'ok\\d+ a(b (?=c) x*' })).toThrow(
    /REDACT_PATTERNS must be regular expressions .*: pattern 2, a\(b, is not one: .*; pattern 3, \(\?=c\), is not one: .*; pattern 4, x\*, matches the empty text/,
  );
  expect(readConfig({ REDACT_PATTERNS: ' a1\n(?<b>c) ' }).redactPatterns).toHaveLength(2);
  expect(readConfig({ REDACT: 'off', REDACT_PATTERNS: 'a1' }).redactPatterns).toBeUndefined();
  expect(() => readConfig({ REDACT: 'no' })).toThrow('REDACT must be on or off, not "no"');
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

const BYTES = 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI=';

test.each([
  [BYTES, 'entry 1 does not begin with an id'],
  [`k 1:${BYTES}`, 'entry 1 does not begin with an id'],
  [`${'k'.repeat(21)}:${BYTES}`, 'entry 1 does not begin with an id'],
  [`k1:${BYTES},`, 'entry 2 does not begin with an id'],
  [`k1:${BYTES.slice(4)}`, 'entry 1 has no base64 of 32 bytes'],
  [`k1:${BYTES},k2:${BYTES}${BYTES}`, 'entry 2 has no base64 of 32 bytes'],
  [`k1:${BYTES.replace('c', '?')}`, 'entry 1 has no base64 of 32 bytes'],
  ['k1:', 'entry 1 has no base64 of 32 bytes'],
  [`k1:${BYTES},k2:${BYTES},k1:${BYTES}`, 'entry 3 has the id of an entry before it'],
])('KEY_ENCRYPTION_KEYS %j is refused, and not printed', (KEY_ENCRYPTION_KEYS, problem) => {
  const read = () => readConfig({ KEY_ENCRYPTION_KEYS });
  expect(read).toThrow(`KEY_ENCRYPTION_KEYS must be id:key pairs`);
  expect(read).toThrow(problem);
  expect(read).not.toThrow(BYTES.slice(8, 16));
});

test('KEY_ENCRYPTION_KEYS are taken newest first, with blanks around them, and show in no output', () => {
  const config = readConfig({ KEY_ENCRYPTION_KEYS: ` new:${BYTES} ,\nold_1:${BYTES.replace('=', '')}\n` });
  expect(config.keyEncryptionKeys.map(({ id }) => id)).toEqual(['new', 'old_1']);
  const bytes = Buffer.from(BYTES, 'base64');
  for (const { secret } of config.keyEncryptionKeys) expect(secret.export()).toEqual(bytes);
  for (const shown of [inspect(config, { depth: 9 }), JSON.stringify(config)]) {
    expect(shown).not.toContain('c2Vjcm');
    expect(shown).not.toContain('secretsecret');
  }
});

test.each([
  'api.openai.com/v1',
  'ftp://host/v1',
  'https://host/v1?key=s3cret',
  'https://host/v1#s3cret',
  'https:host',
])('PROVIDER_BASE_URL %j is refused', (PROVIDER_BASE_URL) => {
  const read = () => readConfig({ PROVIDER_BASE_URL });
  expect(read).toThrow('PROVIDER_BASE_URL must be an http or https address');
  expect(read).not.toThrow('s3cret');
});

test('PROVIDER_BASE_URL is taken with or without a slash at the end', () => {
  expect(readConfig({ PROVIDER_BASE_URL: 'http://gateway:8080/openai/v1//' }).providerBaseUrl).toBe(
    'http://gateway:8080/openai/v1',
  );
  expect(readConfig({}).providerBaseUrl).toBe('https://api.openai.com/v1');
});

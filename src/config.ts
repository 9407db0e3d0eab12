import { resolve } from 'node:path';
import type { LevelWithSilent } from 'pino';
import { z } from 'zod';
import type { IdentityProviderConfig } from './access/identity-provider.js';
import { configuredLimits, LIMIT_VARIABLES, wholeNumber, type ConfiguredLimits } from './config-limits.js';
import { MIN_SERVER_CONNECTIONS, POOLER_MODES } from './database/connection-kinds.js';
import type { DatabaseConfig } from './database/open-configured.js';
import { METRICS_ACCESS, type MetricsConfig } from './http/metrics/metrics-config.js';
import type { KeyConfig } from './keys/key-context.js';
import { OperatorError } from './operator-error.js';
import { BadPatterns, parseOwnPatterns, type OwnPattern } from './redaction/own-patterns.js';
import type { RedactionConfig } from './redaction/redactor.js';
import {
  BadKeyEncryptionKeys,
  KEY_STORAGES,
  type KeyEncryptionKey,
  parseKeyEncryptionKeys,
} from './keys/key-encryption-keys.js';

const LOG_LEVELS = [
  'fatal',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'silent',
] as const satisfies LevelWithSilent[];

const POSTGRES_URL =
  'must be a PostgreSQL address such as postgres://user:password@host:5432/database, with %-escapes for special characters';

function isPostgresUrl(value: string): boolean {
  // The host may be left out, for a socket named in the query: postgres://user@/database?host=/run/postgresql
  const url = URL.parse(value.replace('@/', '@localhost/'));
  if (!url || !/^postgres(ql)?:\/\//.test(value)) return false;
  try {
    decodeURIComponent(url.username + url.password + url.pathname);
    return true;
  } catch {
    return false;
  }
}

/** All of these, or none. */
const IDENTITY_PROVIDER = ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'] as const;

function isWebUrl(value: string): boolean {
  return /^https?:$/.test(URL.parse(value)?.protocol ?? '');
}

/** These may hold secrets, also where they are wrong: what is in them is never printed back. */
const UNPRINTED = new Set([
  'DATABASE_URL',
  'AUTH_JWKS_URL',
  'KEY_ENCRYPTION_KEYS',
  'PROVIDER_BASE_URL',
  'METRICS_TOKEN',
]);

const PROVIDER_URL =
  'must be an http or https address such as https://api.openai.com/v1, without a user, a query or a fragment';

function isProviderUrl(value: string): boolean {
  const url = URL.parse(value);
  if (!url || !/^https?:\/\/[^?#]*$/i.test(value)) return false;
  return url.username === '' && url.password === '';
}

function keyEncryptionKeys(text: string, context: z.RefinementCtx): KeyEncryptionKey[] {
  try {
    return parseKeyEncryptionKeys(text);
  } catch (error) {
    if (!(error instanceof BadKeyEncryptionKeys)) throw error;
    const message = `must be id:key pairs, newest first and separated by commas, as "npm run --silent keys -- generate" prints them: ${error.message}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
}

function redactPatterns(text: string, context: z.RefinementCtx): OwnPattern[] {
  try {
    return parseOwnPatterns(text);
  } catch (error) {
    if (!(error instanceof BadPatterns)) throw error;
    context.addIssue({
      code: 'custom',
      message: `must be regular expressions in RE2's syntax with spaces between them, and a space within one written as \\s: ${error.message}`,
    });
    return z.NEVER;
  }
}

const Environment = z.object({
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'must be a host name or an IP address, such as 127.0.0.1')
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65535, 4000),
  DATA_DIR: z
    .string()
    .default('./data')
    .transform((path) => resolve(path)),
  DATABASE_URL: z.string().refine(isPostgresUrl, POSTGRES_URL).optional(),
  DATABASE_POOL_SIZE: wholeNumber(MIN_SERVER_CONNECTIONS, 1000, 10),
  DATABASE_POOLER: z.enum(POOLER_MODES, `must be one of ${POOLER_MODES.join(', ')}`).default('none'),
  AUTH_JWKS_URL: z
    .string()
    .refine(isWebUrl, 'must be a web address such as https://id.example.com/.well-known/jwks.json')
    .optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  KEY_ENCRYPTION_KEYS: z.string().transform(keyEncryptionKeys).default([]),
  KEY_STORAGE: z.enum(KEY_STORAGES, `must be one of ${KEY_STORAGES.join(', ')}`).default('encrypted'),
  PROVIDER_BASE_URL: z
    .string()
    .refine(isProviderUrl, PROVIDER_URL)
    .transform((url) => url.replace(/\/+$/, ''))
    .default('https://api.openai.com/v1'),
  METRICS: z.enum(METRICS_ACCESS, `must be one of ${METRICS_ACCESS.join(', ')}`).default('on'),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/-]{16,256}=*$/, 'must be 16 to 256 letters, digits and characters of . _ ~ + / -')
    .optional(),
  REDACT: z.enum(['on', 'off'], 'must be on or off').default('on'),
  REDACT_PATTERNS: z.string().transform(redactPatterns).default([]),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('warn'),
  ...LIMIT_VARIABLES,
});

/** The names of all variables that are read. */
export const VARIABLES = Object.keys(Environment.shape);

/** Everything the environment decides, checked: what each feature takes of it, and where to listen. */
export interface Config extends ConfiguredLimits, DatabaseConfig, KeyConfig, RedactionConfig {
  /** Address to listen on. */
  host: string;
  /** TCP port to listen on; 0 takes a free one. */
  port: number;
  /** Whose JWTs are taken besides this server's own tokens; undefined for none. */
  identityProvider: IdentityProviderConfig | undefined;
  metrics: MetricsConfig;
  logLevel: LevelWithSilent;
}

/**
 * Reads the configuration from environment variables; an empty variable counts as not set.
 *
 * @throws OperatorError that lists every bad variable and what would be right.
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { success, data, error } = Environment.safeParse(set);
  const missing = IDENTITY_PROVIDER.filter((name) => set[name] === undefined);
  const incomplete = missing.length < IDENTITY_PROVIDER.length ? missing : [];
  if (!success || incomplete.length > 0) {
    const lines = (error?.issues ?? []).map((issue) => {
      const name = String(issue.path[0]);
      const given = UNPRINTED.has(name) ? '' : `, not ${JSON.stringify(set[name])}`;
      return `  ${name} ${issue.message}${given}`;
    });
    lines.push(
      ...incomplete.map((name) => `  ${name} must be set: ${IDENTITY_PROVIDER.join(', ')} go together`),
    );
    throw new OperatorError(`The environment has bad values:\n${[...new Set(lines)].join('\n')}`);
  }
  return {
    host: data.HOST,
    port: data.PORT,
    dataDir: data.DATA_DIR,
    databaseUrl: data.DATABASE_URL,
    databasePoolSize: data.DATABASE_POOL_SIZE,
    databasePooler: data.DATABASE_POOLER,
    identityProvider:
      data.AUTH_JWKS_URL === undefined || data.AUTH_ISSUER === undefined || data.AUTH_AUDIENCE === undefined
        ? undefined
        : { jwksUrl: data.AUTH_JWKS_URL, issuer: data.AUTH_ISSUER, audience: data.AUTH_AUDIENCE },
    keyEncryptionKeys: data.KEY_ENCRYPTION_KEYS,
    keyStorage: data.KEY_STORAGE,
    providerBaseUrl: data.PROVIDER_BASE_URL,
    metrics: { access: data.METRICS, token: data.METRICS_TOKEN },
    redactPatterns: data.REDACT === 'on' ? data.REDACT_PATTERNS : undefined,
    logLevel: data.LOG_LEVEL,
    ...configuredLimits(data),
  };
}

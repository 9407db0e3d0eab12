import { createHash } from 'node:crypto';
import { unlimitedCaller } from '../../src/access/caller.js';
import { createAccessToken, type AskedToken } from '../../src/access/create-access-token.js';
import { SCOPES } from '../../src/access/scope.js';
import type { Database } from '../../src/database/database.js';

/** A token of all scopes that every migrated test database holds. */
export const TEST_TOKEN = process.env['TEST_TOKEN'] ?? '';

/** The header that signs a request in. */
export function bearer(token = TEST_TOKEN): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** Puts the token of the tests into a database that is none of theirs. */
export async function insertTestToken(
  query: (text: string, values: unknown[]) => Promise<unknown>,
): Promise<void> {
  await query(
    `INSERT INTO llm_access_tokens (name, token_hash, scopes, created_at)
     VALUES ('tests', $1, '{logs:read,logs:write,keys:read,keys:rotate,admin}', '2026-01-01')
     ON CONFLICT DO NOTHING`,
    [createHash('sha256').update(TEST_TOKEN).digest('hex')],
  );
}

/** Makes another token: one of all scopes and groups, if nothing else is asked for. */
export async function newToken({ orm }: Database, asked: Partial<AskedToken> = {}): Promise<string> {
  const whole = { name: 'a caller', scopes: SCOPES, ...asked };
  return (await createAccessToken(orm.em.fork(), unlimitedCaller('tests'), whole)).secret;
}

import { sql } from 'kysely';
import type { Database } from '../database/database.js';
import { fromDate } from '../database/timestamp.js';
import { unlimitedCaller } from './caller.js';
import { createAccessToken } from './create-access-token.js';
import { Scope } from './scope.js';

const FIRST_START = 7_301_007;

/**
 * Makes an admin token where no token is in force, so that somebody gets in. Of servers that start together, one
 * makes it.
 *
 * @returns the secret, which is to be shown now or never; undefined where there is a token already
 */
export async function ensureFirstToken({ sql: kysely }: Database): Promise<string | undefined> {
  return kysely.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(${FIRST_START})`.execute(transaction);
    const { rows } = await sql`
      SELECT FROM llm_access_tokens
      WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${fromDate(new Date())}::timestamp)
      LIMIT 1`.execute(transaction);
    if (rows.length > 0) return undefined;
    const asked = { name: 'admin', scopes: [Scope.ADMIN] };
    return (await createAccessToken(transaction, unlimitedCaller('first start'), asked)).secret;
  });
}

import type { Database } from '../database/database.js';
import { databaseTime } from '../database/clock.js';
import { AccessToken } from './access-token.js';
import { unlimitedCaller } from './caller.js';
import { createAccessToken } from './create-access-token.js';
import { Scope } from './scope.js';

const FIRST_TOKEN_LOCK = 7_301_007;

/**
 * Makes an admin token where no token is in force, so that somebody gets in. Of servers that start together, one
 * makes it.
 *
 * @returns the secret, which is to be shown now or never; undefined where there is a token already
 */
export async function ensureFirstToken({ orm }: Database): Promise<string | undefined> {
  return orm.em.fork().transactional(async (em) => {
    await em.execute('SELECT pg_advisory_xact_lock(?)', [FIRST_TOKEN_LOCK]);
    const inForce = await em.count(AccessToken, {
      revokedAt: null,
      $or: [{ expiresAt: null }, { expiresAt: { $gt: await databaseTime(em) } }],
    });
    if (inForce > 0) return undefined;
    const asked = { name: 'admin', scopes: [Scope.ADMIN] };
    return (await createAccessToken(em, unlimitedCaller('first start'), asked)).secret;
  });
}

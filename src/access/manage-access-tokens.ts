import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely';
import type { Caller } from './caller.js';
import { badUserInput } from '../graphql/errors.js';
import { parseId } from '../graphql/ids.js';
import { fromDate } from '../database/timestamp.js';
import { TOKEN_COLUMNS, type AccessToken } from './access-token.js';

/** Every token that the caller may manage, revoked and expired ones too, the newest first. */
export async function listAccessTokens(
  database: QueryExecutorProvider,
  caller: Caller,
): Promise<AccessToken[]> {
  const { rows } = await sql<AccessToken>`
    SELECT ${TOKEN_COLUMNS} FROM llm_access_tokens WHERE ${manageable(caller)} ORDER BY id DESC`.execute(
    database,
  );
  return rows;
}

/**
 * Revokes a token; one that was revoked before stays as it is.
 *
 * @throws BAD_USER_INPUT when the caller may manage no token of that number
 */
export async function revokeAccessToken(
  database: QueryExecutorProvider,
  caller: Caller,
  id: string,
): Promise<AccessToken> {
  const now = fromDate(new Date());
  const { rows } = await sql<AccessToken>`
    UPDATE llm_access_tokens SET revoked_at = coalesce(revoked_at, ${now}::timestamp)
    WHERE id = ${parseId(id, 'id')}::bigint AND ${manageable(caller)}
    RETURNING ${TOKEN_COLUMNS}`.execute(database);
  const [revoked] = rows;
  if (!revoked) throw badUserInput('id', `must be the number of an access token; there is no token ${id}.`);
  return revoked;
}

/** Whoever is limited to groups manages the tokens of no others, or it could shut out whoever limited it. */
function manageable({ groupIds }: Caller): RawBuilder<unknown> {
  return groupIds ? sql`group_ids <@ ${groupIds}::integer[]` : sql`true`;
}

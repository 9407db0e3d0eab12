import type DataLoader from 'dataloader';
import type { FastifyBaseLogger } from 'fastify';
import { sql, type Kysely } from 'kysely';
import { DATABASE_NOW } from '../database/clock.js';
import type { Database } from '../database/database.js';
import { troubleOf } from '../database/trouble.js';
import type { Caller } from './caller.js';
import { inBatches } from '../graphql/in-batches.js';
import { unauthenticated } from './refusals.js';
import type { Scope } from './scope.js';
import { hashOf, isSecret, sameHash } from './token-secret.js';

/** So many are compared with each other, in constant time, at once. */
const MAX_BATCH = 100;

/** Who a token stands for, and for how many milliseconds more from when that was asked; Infinity for good. */
export interface Identity {
  caller: Caller;
  expiresInMs: number;
}

/** A token as the database knows it. Times are told by its clock, which is the one that all servers share. */
interface FoundToken {
  id: string;
  name: string;
  scopes: Scope[];
  groupIds: number[] | null;
  tokenHash: string;
  isRevoked: boolean;
  /** Milliseconds; null for a token that never expires. */
  expiresInMs: number | null;
  isUseNoted: boolean;
}

/** Whether the last use was written within a minute. One in the future was written by a clock that was off. */
const IS_USE_NOTED = sql<boolean>`coalesce(
  last_used_at BETWEEN ${DATABASE_NOW} - interval '1 minute' AND ${DATABASE_NOW} + interval '1 minute', false)`;

/** Looks access tokens up in the database. */
export class TokenLookup {
  readonly #sql: Kysely<unknown>;
  readonly #log: Pick<FastifyBaseLogger, 'warn'>;
  readonly #loader: DataLoader<string, FoundToken | undefined>;
  /** Writes of lastUsedAt that are under way, by the number of the token. */
  readonly #noting = new Map<string, Promise<void>>();

  constructor(database: Database, log: Pick<FastifyBaseLogger, 'warn'>) {
    this.#sql = database.sql;
    this.#log = log;
    // One statement at a time: however many strangers knock, they take one connection of the pool.
    this.#loader = inBatches((hashes) => this.#read(hashes), MAX_BATCH, 1);
  }

  /** @throws UNAUTHENTICATED unless the token is one that is in force */
  async identify(token: string): Promise<Identity> {
    if (!isSecret(token)) throw unauthenticated('The access token is malformed; was it copied whole?');
    const found = await this.#loader.load(hashOf(token));
    if (!found) throw unauthenticated('The access token is unknown here.');
    const { id, name, scopes, groupIds } = found;
    if (found.isRevoked) throw unauthenticated('The access token was revoked.');
    const expiresInMs = found.expiresInMs ?? Infinity;
    if (expiresInMs <= 0) throw unauthenticated('The access token has expired.');
    if (!found.isUseNoted) this.#noteUse(id);
    return {
      caller: {
        id: `token:${id}`,
        name,
        scopes: new Set(scopes),
        groupIds: groupIds?.map(String) ?? null,
      },
      expiresInMs,
    };
  }

  /** Waits for what is still being written. */
  async close(): Promise<void> {
    await Promise.all(this.#noting.values());
  }

  async #read(hashes: readonly string[]): Promise<(FoundToken | undefined)[]> {
    const { rows } = await sql<FoundToken>`
      SELECT id::text, name, scopes, group_ids AS "groupIds", token_hash AS "tokenHash",
        revoked_at IS NOT NULL AS "isRevoked",
        (extract(epoch FROM expires_at - ${DATABASE_NOW}) * 1000)::double precision AS "expiresInMs",
        ${IS_USE_NOTED} AS "isUseNoted"
      FROM llm_access_tokens WHERE token_hash = ANY(${[...hashes]}::text[])`.execute(this.#sql);
    return hashes.map((hash) => rows.find(({ tokenHash }) => sameHash(tokenHash, hash)));
  }

  /** Writes lastUsedAt where that is a minute old. No request waits for it, and none fails with it. */
  #noteUse(id: string): void {
    if (this.#noting.has(id)) return;
    // Another server may be at it, and is not waited for.
    const noting = sql`
      UPDATE llm_access_tokens SET last_used_at = ${DATABASE_NOW}
      WHERE id IN (
        SELECT id FROM llm_access_tokens WHERE id = ${id}::bigint AND NOT ${IS_USE_NOTED} FOR UPDATE SKIP LOCKED
      )`
      .execute(this.#sql)
      .catch((error: unknown) => {
        // A database that is down is told of by whatever else needs it.
        if (!troubleOf(error)) this.#log.warn({ err: error }, 'the use of an access token was not noted');
      })
      .then(() => void this.#noting.delete(id));
    this.#noting.set(id, noting);
  }
}

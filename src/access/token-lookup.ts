import type DataLoader from 'dataloader';
import { LockMode, type MikroORM } from '@mikro-orm/postgresql';
import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/database.js';
import { troubleOf } from '../database/trouble.js';
import type { Caller } from './caller.js';
import { fromDate, toMicroseconds } from '../database/timestamp.js';
import { inBatches } from '../graphql/in-batches.js';
import { AccessToken } from './access-token.js';
import { unauthenticated } from './refusals.js';
import { hashOf, isSecret, sameHash } from './token-secret.js';

const MINUTE = 60_000;

/** So many are compared with each other, in constant time, at once. */
const MAX_BATCH = 100;

/** Who a token stands for, and until when, in milliseconds since 1970. */
export interface Identity {
  caller: Caller;
  expiresAt: number;
}

/** Looks access tokens up in the database. */
export class TokenLookup {
  readonly #orm: MikroORM;
  readonly #log: Pick<FastifyBaseLogger, 'warn'>;
  readonly #loader: DataLoader<string, AccessToken | undefined>;
  /** Writes of lastUsedAt that are under way, by the number of the token. */
  readonly #noting = new Map<string, Promise<void>>();

  constructor({ orm }: Database, log: Pick<FastifyBaseLogger, 'warn'>) {
    this.#orm = orm;
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
    if (found.revokedAt !== null) throw unauthenticated('The access token was revoked.');
    const expiresAt = millisecondsOf(found.expiresAt) ?? Infinity;
    if (expiresAt <= Date.now()) throw unauthenticated('The access token has expired.');
    this.#noteUse(found);
    return {
      caller: {
        id: `token:${id}`,
        name,
        scopes: new Set(scopes),
        groupIds: groupIds?.map(String) ?? null,
      },
      expiresAt,
    };
  }

  /** Waits for what is still being written. */
  async close(): Promise<void> {
    await Promise.all(this.#noting.values());
  }

  async #read(hashes: readonly string[]): Promise<(AccessToken | undefined)[]> {
    const em = this.#orm.em.fork();
    const tokens = await em.find(AccessToken, { tokenHash: { $in: hashes } }, { populate: ['tokenHash'] });
    return hashes.map((hash) => tokens.find(({ tokenHash }) => sameHash(tokenHash, hash)));
  }

  /** Writes lastUsedAt where that is a minute old. No request waits for it, and none fails with it. */
  #noteUse({ id, lastUsedAt }: AccessToken): void {
    if (!isMinuteOld(lastUsedAt) || this.#noting.has(id)) return;
    const noting = this.#orm.em
      .fork()
      .transactional(async (em) => {
        // Another server may be at it, and is not waited for.
        const token = await em.findOne(AccessToken, { id }, { lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE });
        if (token && isMinuteOld(token.lastUsedAt)) token.lastUsedAt = fromDate(new Date());
      })
      .catch((error: unknown) => {
        // A database that is down is told of by whatever else needs it.
        if (!troubleOf(error)) this.#log.warn({ err: error }, 'the use of an access token was not noted');
      })
      .then(() => void this.#noting.delete(id));
    this.#noting.set(id, noting);
  }
}

function isMinuteOld(time: string | null): boolean {
  return (millisecondsOf(time) ?? 0) <= Date.now() - MINUTE;
}

function millisecondsOf(time: string | null): number | undefined {
  return time === null ? undefined : Number(toMicroseconds(time) / 1000n);
}

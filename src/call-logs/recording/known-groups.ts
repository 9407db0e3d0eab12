import { sql, type Kysely } from 'kysely';
import { LRUCache } from 'lru-cache';

const MAX_KNOWN = 10_000;

/** Milliseconds after which a group is looked up again. One that is deleted meanwhile is refused by the database. */
const KNOWN_MS = 60_000;

/**
 * Which groups there are, as far as calls have named them. A call of an unknown group is found before it is inserted,
 * since it would keep all calls of its statement out.
 */
export class KnownGroups {
  readonly #known = new LRUCache<number, true>({ max: MAX_KNOWN, ttl: KNOWN_MS });

  /** @returns those of the groups that do not exist */
  async missing(kysely: Kysely<unknown>, groupIds: Iterable<number | null>): Promise<Set<number>> {
    const missing = new Set<number>();
    for (const id of groupIds) if (id !== null && !this.#known.has(id)) missing.add(id);
    if (missing.size === 0) return missing;
    const { rows } = await sql<{ id: number }>`
      SELECT id FROM groups WHERE id = ANY(${[...missing]}::integer[])`.execute(kysely);
    for (const { id } of rows) {
      this.#known.set(id, true);
      missing.delete(id);
    }
    return missing;
  }

  forget(id: number): void {
    this.#known.delete(id);
  }
}

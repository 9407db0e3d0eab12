import { sql, type Kysely } from 'kysely';
import { prepared } from '../../database/prepared.js';

/** Numbers that are taken at the least, so that calls which come one by one share a statement. */
const MIN_TAKEN = 16;

/** As many batches of this size share one. */
const BATCHES_AHEAD = 4;

/** Milliseconds for which numbers are kept: calls that are recorded later have larger numbers, give or take that. */
const KEPT_MS = 1_000;

const sequence = sql`(SELECT pg_get_serial_sequence('llm_call_logs', 'id'))::regclass`;

/**
 * The numbers of calls to come, taken before they are inserted. Where the answer of an insertion is lost, the same
 * numbers tell whether it was carried out, and keep it from being carried out twice.
 */
export class CallNumbers {
  #kept: string[] = [];
  #takenAt = -Infinity;

  /** @param kysely on which to take more */
  async take(kysely: Kysely<unknown>, count: number): Promise<string[]> {
    if (performance.now() - this.#takenAt > KEPT_MS) this.forget();
    if (this.#kept.length < count) {
      const { rows } = await prepared(
        'numbers of calls',
        sql<{ id: string }>`
          SELECT nextval(${sequence}) AS id FROM generate_series(1, ${Math.max(BATCHES_AHEAD * count, MIN_TAKEN)}::integer)`,
      ).execute(kysely);
      // Those that were kept are left out, so that numbers rise in the order of the calls.
      this.#kept = rows.map(({ id }) => id);
      this.#takenAt = performance.now();
    }
    return this.#kept.splice(0, count);
  }

  /** A database that takes over from another may give the same numbers again. */
  forget(): void {
    this.#kept = [];
  }
}

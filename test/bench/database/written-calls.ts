import { Client } from 'pg';
import { OperatorError } from '../../../src/operator-error.js';
import { untilUsageIsReady } from '../servers/until-usage-is-ready.js';
import { NEW_CALL_COLUMNS } from './new-call.js';
import { YEAR } from './period.js';
import { restoreLog } from './restore-log.js';

/** The calls that a measurement writes, all of them behind the year of the bench's calls. */
export class WrittenCalls {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Lets somebody write calls, and leaves the log as it was. */
  static async use<T>(url: string, write: (written: WrittenCalls) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const written = new WrittenCalls(client);
    try {
      await written.remove();
      const result = await write(written);
      await written.remove();
      return result;
    } finally {
      // A server that failed no longer rolls up: nobody waits for it.
      await restoreLog(client);
      await client.end();
    }
  }

  /**
   * Makes sure that what was acknowledged is in the log, and nothing else.
   *
   * @throws OperatorError where it is not
   */
  async check(acknowledged: number): Promise<void> {
    const found = await this.#count('*');
    if (found === acknowledged) return;
    throw new OperatorError(`${acknowledged} calls were acknowledged, and ${found} are in the log.`);
  }

  /** How many calls were written that differ from each other in more than their numbers. */
  countDifferent(): Promise<number> {
    return this.#count(`DISTINCT (${NEW_CALL_COLUMNS})`);
  }

  /** Deletes them while others are being written. */
  async delete(): Promise<void> {
    await this.#client.query('DELETE FROM llm_call_logs WHERE call_time >= $1::timestamp', [YEAR.to]);
    await this.#client.query('VACUUM llm_call_logs');
  }

  /** Deletes them when nobody writes any more, and waits until nothing is left to do after that. */
  async remove(): Promise<void> {
    await restoreLog(this.#client);
    // As autovacuum does by and by; it would do so while somebody is measured.
    await this.#client.query('VACUUM ANALYZE llm_call_logs');
    await untilUsageIsReady(this.#client);
    await this.#client.query('CHECKPOINT');
  }

  async #count(what: string): Promise<number> {
    const { rows } = await this.#client.query<{ calls: number }>(
      `SELECT count(${what})::integer AS calls FROM llm_call_logs WHERE call_time >= $1::timestamp`,
      [YEAR.to],
    );
    return rows[0]?.calls ?? NaN;
  }
}

import { sql, type Transaction } from 'kysely';

const ROTATING = 7_301_004;

/** Waits until no other transaction on any server changes stored keys, and keeps others waiting until this one ends. */
export async function lockRotations(transaction: Transaction<unknown>): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${ROTATING})`.execute(transaction);
}

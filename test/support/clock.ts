import { afterEach, jest } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../src/database/database.js';

export const HOUR_MS = 3_600_000;

const Real = Date;

afterEach(() => {
  globalThis.Date = Real;
});

/** Sets the clock of this process, and with it of the servers in it, ahead or back until the test ends; it goes on. */
export function stepClock(milliseconds: number): void {
  class Stepped extends Real {
    constructor(...given: unknown[]) {
      super(...((given.length > 0 ? given : [Stepped.now()]) as [number]));
    }
    static override now(): number {
      return Real.now() + milliseconds;
    }
  }
  globalThis.Date = Stepped as DateConstructor;
}

/** Lets so much time pass by the clock that nobody sets, all at once; it stands still from then on, until the test ends. */
export function passTime(milliseconds: number): void {
  const now = performance.now() + milliseconds;
  jest.spyOn(performance, 'now').mockReturnValue(now);
}

/** Whether a moment is past, by the clock of the database. */
export async function isPast({ sql: kysely }: Database, moment: string): Promise<boolean> {
  const { rows } = await sql<{ past: boolean }>`
    SELECT ${moment}::timestamp <= clock_timestamp() AT TIME ZONE 'UTC' AS past`.execute(kysely);
  return rows[0]?.past === true;
}

/** The moment so many milliseconds from now, by the clock of the database. */
export async function momentIn({ sql: kysely }: Database, milliseconds: number): Promise<string> {
  const { rows } = await sql<{ moment: string }>`
    SELECT (clock_timestamp() AT TIME ZONE 'UTC' + ${milliseconds} * interval '1 ms')::text AS moment`.execute(
    kysely,
  );
  return rows[0]!.moment;
}

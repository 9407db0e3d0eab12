import type { Kysely } from 'kysely';
import { readRecord } from './migration-record.js';
import { migrations } from './migrations.js';

/** Where a migration stands. */
export interface MigrationState {
  name: string;
  /** ISO 8601, to the second, in UTC; null while it has not run. */
  ranAt: string | null;
  /** False for one that has run and that this version does not have. */
  known: boolean;
}

/** This version's migrations in the order they run, then those that another version ran; changes nothing. */
export async function migrationStates(kysely: Kysely<unknown>): Promise<MigrationState[]> {
  const record = (await readRecord(kysely)) ?? [];
  const names = new Set(migrations.map(({ name }) => name));
  return [
    ...migrations.map(({ name }) => ({
      ...{ name, known: true },
      ranAt: record.find((ran) => ran.name === name)?.ranAt ?? null,
    })),
    ...record.filter(({ name }) => !names.has(name)).map((ran) => ({ ...ran, known: false })),
  ];
}

import type { Database } from './database.js';
import { readRecord } from './migration-record.js';
import { migrations } from './migrations.js';

/** A line for each migration with when it ran (UTC), or that it is pending; changes nothing. */
export async function migrationStatus({ sql: kysely }: Database): Promise<string[]> {
  const record = (await readRecord(kysely)) ?? [];
  const known = new Set(migrations.map(({ name }) => name));
  const lines = [
    ...migrations.map(
      ({ name }) => [name, record.find((ran) => ran.name === name)?.ranAt ?? 'pending'] as const,
    ),
    ...record
      .filter(({ name }) => !known.has(name))
      .map(({ name, ranAt }) => [name, `${ranAt} (this version does not know it)`] as const),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, state]) => `${name.padEnd(width)}  ${state}`);
}

import { Risk, type Finding } from '../database/structure/finding.js';
import type { MigrationState } from '../database/migrating/migration-record.js';

/** The findings about migrations that have not run, and about those that this version does not know. */
export function migrationFindings(states: readonly MigrationState[]): Finding[] {
  return states.flatMap(({ name, ranAt, known }): Finding[] => {
    const place = { table: null, column: null };
    if (ranAt === null) {
      return [
        {
          ...place,
          kind: 'MIGRATION_PENDING',
          risk: Risk.HIGH,
          problem: `The migration ${name} has not run.`,
          effect: 'The tables are not what this version needs.',
          advice: 'Run "npm run migrate" with the same DATABASE_URL.',
        },
      ];
    }
    if (known) return [];
    return [
      {
        ...place,
        kind: 'MIGRATION_UNKNOWN',
        risk: Risk.LOW,
        problem: `The migration ${name} has run, but this version does not know it.`,
        effect: 'A newer version has worked on this database.',
        advice: 'Update this server to that version.',
      },
    ];
  });
}

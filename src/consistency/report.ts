import { atLeast, Risk, type Finding } from '../database/structure/finding.js';
import type { Timestamp } from '../database/timestamp.js';
import type { TableStatus } from './consistency-types.js';

/** The result of a check, from which every form of the report is made. */
export interface Report {
  checkedAt: Timestamp;
  /** False where a catalogue could not be read, so that there may be more than was found. */
  complete: boolean;
  /** The worst of the findings. */
  risk: Risk;
  /** In the order they run; `ranAt` is ISO 8601 in UTC, null for one that has not run. */
  migrations: { name: string; ranAt: string | null }[];
  tables: TableReport[];
  /** Worst first. */
  findings: Finding[];
}

/** A table of the live database beside its entity and the API. */
export interface TableReport {
  table: string;
  status: TableStatus;
  /** Name of the class that stands for it; null for a deprecated table. */
  entity: string | null;
  columns: ColumnReport[];
  /** As PostgreSQL prints them. */
  constraints: string[];
  indexes: string[];
  triggers: string[];
  /** What the fields of Query and Mutation do with it. */
  uses: { field: string; reads: string[]; writes: string[] }[];
}

export interface ColumnReport {
  column: string;
  /** As PostgreSQL prints it; null where the column is not there. */
  databaseType: string | null;
  nullable: boolean;
  preset: string | null;
  /** Such as CallLog.tokensUsed; null where no property stands for it. */
  entityProperty: string | null;
  /** Never to be served. */
  secret: boolean;
  apiFields: string[];
  consistent: boolean;
}

/** Whether there is no finding of medium or high risk. */
export function isConsistent({ risk }: Pick<Report, 'risk'>): boolean {
  return !atLeast(risk, Risk.MEDIUM);
}

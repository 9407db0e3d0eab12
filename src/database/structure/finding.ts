import { escapeIdentifier } from 'pg';

/** How much a finding matters; each is worse than those before it. */
export enum Risk {
  NONE = 'NONE',
  LOW = 'LOW',
  MEDIUM = 'MEDIUM',
  HIGH = 'HIGH',
}

/** What can be found; stable, for programs that read a report. */
export type FindingKind =
  | 'CATALOGUE_UNREADABLE'
  | 'MIGRATION_PENDING'
  | 'MIGRATION_UNKNOWN'
  | 'TABLE_MISSING'
  | 'TABLE_KIND'
  | 'TABLE_DEPRECATED_BUT_USED'
  | 'TABLE_WITHOUT_ENTITY'
  | 'COLUMN_MISSING'
  | 'COLUMN_EXTRA'
  | 'COLUMN_TYPE'
  | 'COLUMN_LENGTH'
  | 'COLUMN_NULLABILITY'
  | 'COLUMN_DEFAULT'
  | 'PRIMARY_KEY'
  | 'CHECK_MISSING'
  | 'CHECK_DIFFERENT'
  | 'CHECK_EXTRA'
  | 'FOREIGN_KEY_MISSING'
  | 'FOREIGN_KEY_DIFFERENT'
  | 'FOREIGN_KEY_FORBIDDEN'
  | 'INDEX_MISSING'
  | 'INDEX_UNUSABLE'
  | 'INDEX_EXTRA_UNIQUE'
  | 'TRIGGER_MISSING'
  | 'TRIGGER_DISABLED'
  | 'TRIGGER_EXTRA'
  | 'FUNCTION_MISSING'
  | 'USAGE_INCOMPLETE'
  | 'USAGE_DIFFERENT'
  | 'PROPERTY_WITHOUT_COLUMN'
  | 'FIELD_WITHOUT_PROPERTY'
  | 'FIELD_NULLABILITY'
  | 'SECRET_SERVED'
  | 'STATEMENT_UNREADABLE';

/** One thing that does not agree, and what to do about it. */
export interface Finding {
  kind: FindingKind;
  risk: Risk;
  /** Where it is; null where it concerns no one table, or no one column. */
  table: string | null;
  column: string | null;
  /** What is so, as a sentence. */
  problem: string;
  /** What comes of it, as a sentence. */
  effect: string;
  /** What to do, as a sentence; SQL in it can be run as it stands. */
  advice: string;
}

const ORDER = [Risk.NONE, Risk.LOW, Risk.MEDIUM, Risk.HIGH];

/** Whether a risk is at least as bad as another. */
export function atLeast(risk: Risk, threshold: Risk): boolean {
  return ORDER.indexOf(risk) >= ORDER.indexOf(threshold);
}

/** The worst risk of some findings; NONE where there are none. */
export function worst(findings: readonly Pick<Finding, 'risk'>[]): Risk {
  return ORDER.findLast((risk) => findings.some((finding) => finding.risk === risk)) ?? Risk.NONE;
}

/** A name as it can stand in the SQL of an advice, with quotes where it needs them. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : escapeIdentifier(name);
}

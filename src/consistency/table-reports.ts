import { DEPRECATED_TABLES } from '../database/migrating/deprecated-tables.js';
import type { ExpectedTable } from '../database/structure/entity-tables.js';
import { atLeast, Risk, type Finding } from '../database/structure/finding.js';
import type { LiveTable, LiveTables } from '../database/structure/live-tables.js';
import type { ApiUse, TableUse } from './api-use.js';
import { TableStatus } from './consistency-types.js';
import type { ColumnReport, TableReport } from './report.js';

/** Every table that the product uses, and after them the deprecated ones that are there. */
export function tableReports(
  expected: readonly ExpectedTable[],
  { tables }: LiveTables,
  use: ApiUse,
  findings: readonly Finding[],
): TableReport[] {
  const serious = findings.filter(({ risk }) => atLeast(risk, Risk.MEDIUM));
  const about = (name: string) => serious.filter(({ table }) => table === name);
  const deprecated = new Set(DEPRECATED_TABLES.map(({ name }) => name));
  const inUse = expected.map((table) => reportTable(table, tables.get(table.name), use, about(table.name)));
  const known = new Set(expected.map(({ name }) => name));
  const kept = [...tables.values()]
    .filter(({ name }) => deprecated.has(name) && !known.has(name))
    .map((table) =>
      reportTable({ name: table.name, entity: null, columns: [] }, table, use, about(table.name)),
    );
  return [...inUse, ...kept];
}

type Described = Pick<ExpectedTable, 'name' | 'columns'> & { entity: string | null };

function reportTable(
  expected: Described,
  live: LiveTable | undefined,
  use: ApiUse,
  findings: readonly Finding[],
): TableReport {
  const uses = use.tables.get(expected.name);
  return {
    table: expected.name,
    status: statusOf(expected, live, findings),
    entity: expected.entity,
    columns: reportColumns(expected, live, uses, findings),
    constraints: live?.constraints.map(({ name, definition }) => `${name}: ${definition}`) ?? [],
    indexes: live?.indexes.filter(({ constraint }) => !constraint).map(({ definition }) => definition) ?? [],
    triggers: live?.triggers.map(({ definition }) => definition) ?? [],
    uses: uses ? uses.roots.filter(({ field, writes }) => writes.length > 0 || isOwnRead(field, uses)) : [],
  };
}

/** Any field can be selected of what a mutation gives back; only what the mutation itself reads is its own use. */
function isOwnRead(field: string, { columns }: TableUse): boolean {
  return !field.startsWith('Mutation.') || [...columns.values()].some(({ readBy }) => readBy.includes(field));
}

function statusOf(
  { entity }: Described,
  live: LiveTable | undefined,
  findings: readonly Finding[],
): TableStatus {
  if (!live) return TableStatus.MISSING;
  if (findings.length > 0) return TableStatus.INCONSISTENT;
  return entity === null ? TableStatus.DEPRECATED : TableStatus.CONSISTENT;
}

function reportColumns(
  { entity, columns }: Described,
  live: LiveTable | undefined,
  use: TableUse | undefined,
  findings: readonly Finding[],
): ColumnReport[] {
  const there = live?.columns ?? [];
  const missing = columns.filter(({ name }) => !there.some((column) => column.name === name));
  const names = [...there, ...missing].map(({ name }) => name);
  return names.map((name) => {
    const property = columns.find((column) => column.name === name);
    const found = there.find((column) => column.name === name);
    const { readBy = [], writtenBy = [] } = use?.columns.get(name) ?? {};
    return {
      column: name,
      databaseType: found?.type ?? null,
      nullable: found?.nullable ?? property?.nullable ?? true,
      preset: found?.preset ?? null,
      entityProperty: property ? `${entity}.${property.property}` : null,
      secret: property?.secret ?? false,
      apiFields: [...new Set([...readBy, ...writtenBy])].sort(),
      consistent: !findings.some(({ column }) => column === name),
    };
  });
}

import { Risk, type Finding } from '../database/structure/finding.js';
import { toRfc3339 } from '../database/timestamp.js';
import { TableStatus } from './consistency-types.js';
import { bullets, code, markdownTable } from './markdown.js';
import { isConsistent, type ColumnReport, type Report, type TableReport } from './report.js';

const RISKS = {
  [Risk.NONE]: '🟢 none',
  [Risk.LOW]: '🟡 low',
  [Risk.MEDIUM]: '🟠 medium',
  [Risk.HIGH]: '🔴 high',
};

const STATUSES = {
  [TableStatus.CONSISTENT]: '✅ fully consistent.',
  [TableStatus.DEPRECATED]: '⚠ deprecated, but kept for its history. No field uses it.',
  [TableStatus.INCONSISTENT]: '❌ inconsistent; see the findings.',
  [TableStatus.MISSING]: '❌ missing.',
};

/** The report as a person reads it. */
export function reportMarkdown(report: Report): string {
  const findings = report.findings.length
    ? report.findings.map(describeFinding)
    : [
        '✅ Column types, nullability, defaults, constraints, indexes and triggers are as the entities say; every column that the API uses exists; no field serves a secret unless it is meant to.',
      ];
  const sections = [
    '# Report: do the tables and the API agree?',
    `Checked at ${toRfc3339(report.checkedAt)}: live database, migrations, entities and GraphQL schema.`,
    ...report.tables.flatMap((table, index) => describeTable(table, index + 1)),
    `## ${report.tables.length + 1}. Migrations`,
    describeMigrations(report),
    `## ${report.tables.length + 2}. Findings`,
    ...findings,
    `## ${report.tables.length + 3}. Summary`,
    summary(report),
  ];
  return `${sections.join('\n\n')}\n`;
}

function describeTable(table: TableReport, number: number): string[] {
  const structure = markdownTable(
    ['column', 'type', 'property', 'fields'],
    table.columns.map((column) => [
      code(column.column),
      describeType(column),
      code(column.entityProperty) + (column.secret ? ', **secret**' : ''),
      column.apiFields.map(code).join(', '),
    ]),
  );
  const definitions = [...table.constraints, ...table.indexes, ...table.triggers].map(code);
  return [
    `## ${number}. ${table.table}`,
    structure,
    ...(definitions.length ? [`Constraints, indexes and triggers:\n\n${bullets(definitions)}`] : []),
    `Model: ${table.entity ? code(table.entity) : 'none.'}`,
    table.uses.length ? `API use:\n\n${bullets(describeUses(table))}` : 'API use: none.',
    `Status: ${STATUSES[table.status]}`,
  ];
}

function describeType({ databaseType, nullable, preset, consistent }: ColumnReport): string {
  if (databaseType === null) return '❌ missing';
  const parts = [
    databaseType,
    ...(nullable ? [] : ['NOT NULL']),
    ...(preset === null ? [] : [`DEFAULT ${preset}`]),
  ];
  return `${parts.join(' ')}${consistent ? '' : ' ❌'}`;
}

function describeUses({ uses, columns }: TableReport): string[] {
  const known = columns.filter(({ entityProperty }) => entityProperty !== null);
  const list = (verb: string, names: string[]) => {
    if (names.length === 0) return [];
    const all = known.every(({ column }) => names.includes(column));
    return [`${verb} ${all ? 'all columns' : names.map(code).join(', ')}`];
  };
  return uses.map(({ field, reads, writes }) => {
    const does = [...list('reads', reads), ...list('writes', writes)].join('; ');
    return `${code(field)} ${does || 'uses the table'}`;
  });
}

function describeMigrations({ migrations }: Report): string {
  return markdownTable(
    ['migration', 'ran'],
    migrations.map(({ name, ranAt }) => [code(name), ranAt ?? '❌ pending']),
  );
}

function describeFinding({ risk, table, column, problem, effect, advice }: Finding): string {
  const place = [table, column].filter((part) => part !== null).join('.');
  return [
    `### ${RISKS[risk]}: ${problem}`,
    bullets([...(place ? [`Place: ${code(place)}`] : []), `Effect: ${effect}`, `Advice: ${advice}`]),
  ].join('\n\n');
}

function summary(report: Report): string {
  const count = (risk: Risk) => report.findings.filter((finding) => finding.risk === risk).length;
  const counts = [Risk.HIGH, Risk.MEDIUM, Risk.LOW].map((risk) => `${count(risk)} ${RISKS[risk]}`).join(', ');
  const verdict = report.complete
    ? isConsistent(report)
      ? '✅ Consistent.'
      : '❌ Not consistent.'
    : '❌ Could not be checked in full.';
  return `${verdict} Findings: ${counts}. Risk: ${RISKS[report.risk]}.`;
}

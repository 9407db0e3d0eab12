import type { ExpectedTable } from './entity-tables.js';
import { identifier, Risk, type Finding } from './finding.js';
import type { LiveConstraint, LiveTable } from './live-tables.js';
import { sameExpression } from './sql-shape.js';

/** What the constraints of a live table have other than its entity says. Their names do not matter. */
export function compareConstraints(expected: ExpectedTable, live: LiveTable): Finding[] {
  return [
    ...comparePrimaryKey(expected, live),
    ...compareChecks(expected, live),
    ...compareForeignKeys(expected, live),
  ];
}

function comparePrimaryKey(expected: ExpectedTable, live: LiveTable): Finding[] {
  const found = live.constraints.find(({ kind }) => kind === 'primary key');
  if (found && String(found.columns) === String(expected.primaryKey)) return [];
  const wanted = expected.primaryKey.map(identifier).join(', ');
  return [
    {
      kind: 'PRIMARY_KEY',
      risk: Risk.HIGH,
      table: live.name,
      column: expected.primaryKey[0] ?? null,
      problem: found
        ? `The primary key of ${live.name} is (${found.columns.join(', ')}), and not (${wanted}).`
        : `${live.name} has no primary key.`,
      effect: 'Two rows can have the same number, and pages of a list can repeat or lose rows.',
      advice: found
        ? `Drop the constraint ${found.name} where nothing else needs it, then: ${add(expected)} PRIMARY KEY (${wanted});`
        : `Make sure that no two rows agree in it, then: ${add(expected)} PRIMARY KEY (${wanted});`,
    },
  ];
}

function compareChecks(expected: ExpectedTable, live: LiveTable): Finding[] {
  const checks = live.constraints.filter(({ kind }) => kind === 'check');
  const matched = new Set<LiveConstraint>();
  const findings = expected.checks.flatMap(({ name, expression }): Finding[] => {
    const same = checks.find((check) => sameExpression(expressionOf(check), expression));
    // Where none is the same, the one of the same name, or on the same columns, is meant to be.
    const columns = expected.columns.filter((column) => new RegExp(`\\b${column.name}\\b`).test(expression));
    const names = columns.map((column) => column.name);
    const meant =
      same ??
      checks.find((check) => check.name === name) ??
      checks.find((check) => String(check.columns) === String(names));
    if (meant) matched.add(meant);
    if (same?.validated) return [];
    const place = { table: live.name, column: names[0] ?? null };
    const again = `${add(expected)} CONSTRAINT ${identifier(name)} CHECK (${expression});`;
    if (!meant) {
      return [
        {
          ...place,
          kind: 'CHECK_MISSING',
          risk: Risk.MEDIUM,
          problem: `${live.name} lacks the check that ${expression}.`,
          effect: 'Another program may store values that the API cannot serve.',
          advice: `Mend the rows that break it, then: ${again}`,
        },
      ];
    }
    return [
      {
        ...place,
        kind: 'CHECK_DIFFERENT',
        risk: same ? Risk.LOW : Risk.MEDIUM,
        problem: same
          ? `The check ${meant.name} of ${live.name} holds for new rows alone (NOT VALID).`
          : `The check ${meant.name} of ${live.name} is ${meant.definition}, and not CHECK (${expression}).`,
        effect: 'Rows may have values that the API cannot serve, or values that it writes may be refused.',
        advice: same
          ? `Mend the rows that break it, then: ALTER TABLE ${identifier(live.name)} VALIDATE CONSTRAINT ${identifier(meant.name)};`
          : `${drop(meant, live)} ${again}`,
      },
    ];
  });
  const extra = checks
    .filter((check) => !matched.has(check))
    .map((check): Finding => ({
      kind: 'CHECK_EXTRA',
      risk: Risk.LOW,
      table: live.name,
      column: check.columns[0] ?? null,
      problem: `${live.name} has a check that this product does not know: ${check.name} ${check.definition}.`,
      effect: 'Calls that break it are refused by the database.',
      advice: 'Leave it where it is meant; otherwise drop it.',
    }));
  return [...findings, ...extra];
}

function compareForeignKeys(expected: ExpectedTable, live: LiveTable): Finding[] {
  const keys = live.constraints.filter(({ kind }) => kind === 'foreign key');
  const known = new Set(expected.columns.map(({ name }) => name));
  const isMeant = (key: LiveConstraint, wanted: ExpectedTable['foreignKeys'][number]) =>
    key.refersTo?.table === wanted.table &&
    String(key.columns) === String(wanted.columns) &&
    String(key.refersTo.columns) === String(wanted.referencedColumns);
  const missing = expected.foreignKeys
    .filter((wanted) => !keys.some((key) => isMeant(key, wanted)))
    .map((wanted): Finding => ({
      kind: 'FOREIGN_KEY_MISSING',
      risk: Risk.MEDIUM,
      table: live.name,
      column: wanted.columns[0] ?? null,
      problem: `${live.name}.${wanted.columns.join(', ')} has no foreign key to ${wanted.table} (${wanted.referencedColumns.join(', ')}).`,
      effect: `Rows may refer to what is not in ${wanted.table}.`,
      advice: `Mend the rows that do, then: ${add(expected)} FOREIGN KEY (${wanted.columns.map(identifier).join(', ')}) REFERENCES ${identifier(wanted.table)} (${wanted.referencedColumns.map(identifier).join(', ')});`,
    }));
  const different = expected.foreignKeys.flatMap((wanted) =>
    keys
      .filter((key) => isMeant(key, wanted) && onDelete(key) !== wanted.onDelete)
      .map((key): Finding => ({
        kind: 'FOREIGN_KEY_DIFFERENT',
        risk: Risk.MEDIUM,
        table: live.name,
        column: key.columns[0] ?? null,
        problem: `The foreign key ${key.name} of ${live.name} is ON DELETE ${onDelete(key)}, and not ON DELETE ${wanted.onDelete}.`,
        effect: `Whoever deletes a row of ${wanted.table} changes rows of ${live.name} along with it, or is kept from it.`,
        advice: `${drop(key, live)} ${reference(expected, wanted)}`,
      })),
  );
  const forbidden = keys
    .filter((key) => !expected.foreignKeys.some((wanted) => isMeant(key, wanted)))
    .map((key): Finding => {
      const ours = key.columns.some((column) => known.has(column));
      return {
        kind: 'FOREIGN_KEY_FORBIDDEN',
        risk: ours ? Risk.MEDIUM : Risk.LOW,
        table: live.name,
        column: key.columns[0] ?? null,
        problem: ours
          ? `Finding 1, migrations disagree: ${live.name}.${key.columns.join(', ')} has the foreign key ${key.name} to ${key.refersTo?.table}, which a migration made and the current structure does not have.`
          : `${live.name}.${key.columns.join(', ')} has a foreign key that this product does not know: ${key.name} to ${key.refersTo?.table}.`,
        effect: ours
          ? `Inserts can fail: a row must be in ${key.refersTo?.table} before a row here may name it, and cannot be deleted after.`
          : 'None: the column is not written.',
        advice: ours ? drop(key, live) : 'Leave it, for as long as another program uses it.',
      };
    });
  return [...missing, ...different, ...forbidden];
}

/** As in ALTER TABLE … ADD; what PostgreSQL leaves out when it prints one is NO ACTION. */
function onDelete({ definition }: LiveConstraint): string {
  return /ON DELETE (CASCADE|RESTRICT|SET NULL|SET DEFAULT)/.exec(definition)?.[1] ?? 'NO ACTION';
}

function reference(table: ExpectedTable, wanted: ExpectedTable['foreignKeys'][number]): string {
  const list = (columns: string[]) => columns.map(identifier).join(', ');
  const rule = wanted.onDelete === 'NO ACTION' ? '' : ` ON DELETE ${wanted.onDelete}`;
  return `${add(table)} FOREIGN KEY (${list(wanted.columns)}) REFERENCES ${identifier(wanted.table)} (${list(wanted.referencedColumns)})${rule};`;
}

/** What is between the brackets of CHECK (…). */
function expressionOf({ definition }: LiveConstraint): string {
  return definition.replace(/^CHECK /, '').replace(/ NO INHERIT| NOT VALID| NOT ENFORCED/g, '');
}

function add(table: ExpectedTable): string {
  return `ALTER TABLE ${identifier(table.name)} ADD`;
}

function drop(constraint: LiveConstraint, live: LiveTable): string {
  return `ALTER TABLE ${identifier(live.name)} DROP CONSTRAINT ${identifier(constraint.name)};`;
}

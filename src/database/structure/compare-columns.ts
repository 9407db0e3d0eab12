import type { ExpectedColumn, ExpectedTable } from './entity-tables.js';
import { identifier, Risk, type Finding } from './finding.js';
import type { LiveColumn, LiveTable } from './live-tables.js';
import { sameExpression, typeShape } from './sql-shape.js';

/** What the columns of a live table have other than its entity says. */
export function compareColumns(expected: ExpectedTable, live: LiveTable): Finding[] {
  const known = new Map(expected.columns.map((column) => [column.name, column]));
  const there = new Map(live.columns.map((column) => [column.name, column]));
  return [
    ...expected.columns.flatMap((column) => {
      const found = there.get(column.name);
      return found ? compareColumn(expected, column, found) : [missing(expected, column)];
    }),
    ...live.columns.filter(({ name }) => !known.has(name)).map((column) => extra(expected, column)),
    ...expected.propertiesWithoutColumn.map((property) => withoutColumn(expected, property)),
  ];
}

function compareColumn(table: ExpectedTable, expected: ExpectedColumn, live: LiveColumn): Finding[] {
  return [
    ...compareType(table, expected, live),
    ...compareNullability(table, expected, live),
    ...compareDefault(table, expected, live),
  ];
}

function missing(table: ExpectedTable, { name, property, type }: ExpectedColumn): Finding {
  return {
    kind: 'COLUMN_MISSING',
    risk: Risk.HIGH,
    table: table.name,
    column: name,
    problem: `${table.name} has no column ${name}, which the property ${table.entity}.${property} stands for.`,
    effect: 'Whatever reads or writes it fails.',
    advice: `Put it back: ${alter(table)} ADD COLUMN ${identifier(name)} ${type};`,
  };
}

function extra(table: ExpectedTable, { name, type, nullable, preset, generated }: LiveColumn): Finding {
  const blocks = !nullable && preset === null && !generated;
  return {
    kind: 'COLUMN_EXTRA',
    risk: blocks ? Risk.HIGH : Risk.LOW,
    table: table.name,
    column: name,
    problem: `${table.name} has a column ${name} (${type}) that this product does not know.`,
    effect: blocks
      ? 'It must have a value and has no default, so that no row can be inserted by this product.'
      : 'None: it is neither read nor written, and its values stay.',
    advice: blocks
      ? `Let it be empty: ${alter(table)} ALTER COLUMN ${identifier(name)} DROP NOT NULL;`
      : 'Leave it, for as long as another program uses it.',
  };
}

function withoutColumn(table: ExpectedTable, property: string): Finding {
  return {
    kind: 'PROPERTY_WITHOUT_COLUMN',
    risk: Risk.MEDIUM,
    table: table.name,
    column: null,
    problem: `The property ${table.entity}.${property} stands for no column of ${table.name}.`,
    effect: 'It never has a value.',
    advice: 'Give it a column in a migration, or take it out of the entity.',
  };
}

function compareType(table: ExpectedTable, expected: ExpectedColumn, live: LiveColumn): Finding[] {
  const wanted = typeShape(expected.type);
  const found = typeShape(live.type);
  const retype = `${alter(table)} ALTER COLUMN ${identifier(live.name)} TYPE ${expected.type};`;
  const place = { table: table.name, column: live.name };
  const problem = `${table.name}.${live.name} is ${live.type}, and not ${expected.type}.`;
  // A text is a text: the two differ in length alone.
  if (isText(wanted.name) && isText(found.name)) {
    if (wanted.size === found.size && (wanted.name === found.name || wanted.size === undefined)) return [];
    const shorter = lengthOf(found.size) < lengthOf(wanted.size);
    return [
      {
        ...place,
        kind: 'COLUMN_LENGTH',
        risk: shorter ? Risk.MEDIUM : Risk.LOW,
        problem,
        effect: shorter
          ? 'Longer values, which the API takes, are refused by the database.'
          : 'Another program may store values that are longer than the API would take.',
        advice: shorter ? retype : 'Leave it, where longer values are in use; otherwise: ' + retype,
      },
    ];
  }
  if (wanted.name === found.name && wanted.size === found.size) return [];
  return [
    {
      ...place,
      kind: 'COLUMN_TYPE',
      risk: Risk.HIGH,
      problem,
      effect: 'Values are read wrongly, or not at all, and writing them can fail.',
      advice: `Look whether every value fits, then: ${retype}`,
    },
  ];
}

function compareNullability(table: ExpectedTable, expected: ExpectedColumn, live: LiveColumn): Finding[] {
  if (expected.nullable === live.nullable) return [];
  const change = `${alter(table)} ALTER COLUMN ${identifier(live.name)} ${live.nullable ? 'SET' : 'DROP'} NOT NULL;`;
  return [
    {
      kind: 'COLUMN_NULLABILITY',
      risk: Risk.MEDIUM,
      table: table.name,
      column: live.name,
      problem: live.nullable
        ? `${table.name}.${live.name} may be empty, and ${table.entity}.${expected.property} may not.`
        : `${table.name}.${live.name} may not be empty, and ${table.entity}.${expected.property} may.`,
      effect: live.nullable
        ? 'A row without a value cannot be served.'
        : 'Rows without a value are refused by the database.',
      advice: live.nullable ? `Give every row a value, then: ${change}` : change,
    },
  ];
}

function compareDefault(table: ExpectedTable, expected: ExpectedColumn, live: LiveColumn): Finding[] {
  const place = { kind: 'COLUMN_DEFAULT', table: table.name, column: live.name } as const;
  const numbers = live.generated || (live.preset?.startsWith('nextval(') ?? false);
  if (expected.numbered) {
    if (numbers) return [];
    return [
      {
        ...place,
        risk: Risk.HIGH,
        problem: `${table.name}.${live.name} does not number new rows: it has no sequence as its default.`,
        effect: 'No row can be inserted.',
        advice: `${alter(table)} ALTER COLUMN ${identifier(live.name)} ADD GENERATED BY DEFAULT AS IDENTITY; then set its start above the highest number in use.`,
      },
    ];
  }
  if (expected.preset === null && live.preset === null) return [];
  if (expected.preset === null) {
    return [
      {
        ...place,
        risk: Risk.LOW,
        problem: `${table.name}.${live.name} has the default ${live.preset}, and should have none.`,
        effect: 'Programs that leave the column out store that value; this product leaves out none.',
        advice: `${alter(table)} ALTER COLUMN ${identifier(live.name)} DROP DEFAULT;`,
      },
    ];
  }
  if (live.preset !== null && sameExpression(expected.preset, live.preset)) return [];
  return [
    {
      ...place,
      risk: Risk.MEDIUM,
      problem:
        live.preset === null
          ? `${table.name}.${live.name} has no default, and should have ${expected.preset}.`
          : `${table.name}.${live.name} has the default ${live.preset}, and not ${expected.preset}.`,
      effect: 'Rows of programs that leave the column out get another value, or none.',
      advice: `${alter(table)} ALTER COLUMN ${identifier(live.name)} SET DEFAULT ${expected.preset};`,
    },
  ];
}

function isText(type: string): boolean {
  return type === 'text' || type === 'varchar';
}

/** Characters that a text type holds, from its size as the parser gives it. */
function lengthOf(size: string | undefined): number {
  return size === undefined ? Infinity : Number(/\d+/.exec(size)?.[0]);
}

function alter(table: ExpectedTable): string {
  return `ALTER TABLE ${identifier(table.name)}`;
}

import { beforeAll, describe, expect, test } from '@jest/globals';
import { Columns, type Column } from '../../src/consistency/trace/sql/columns.js';
import { useOfStatement } from '../../src/consistency/trace/sql/statement-use.js';
import { loadParser } from '../../src/database/structure/sql-parser.js';

beforeAll(() => loadParser());

const names = (columns: Iterable<Column>) => [...columns].map(({ table, name }) => `${table}.${name}`).sort();

/** What a statement does with tables people (id, name, team_id) and teams (id, title), and others. */
function analyse(statement: string) {
  const columns = new Columns();
  columns.add('people', ['id', 'name', 'team_id']);
  columns.add('teams', ['id', 'title']);
  const { tables, reads, writes, outputs } = useOfStatement(statement, columns);
  return {
    tables: [...tables].sort(),
    reads: names(reads.keys()),
    writes: names(writes),
    outputs: Object.fromEntries(outputs.map(({ name, passes }) => [name, names(passes)])),
  };
}

describe('columns that are read', () => {
  test.each<[string, string, string[]]>([
    ['of one table', 'SELECT name FROM people', ['people.name']],
    ['by their aliases', 'SELECT p.name FROM people AS p', ['people.name']],
    ['with their table and schema', 'SELECT public.people.name FROM public.people', ['people.name']],
    ['as all', 'SELECT * FROM teams', ['teams.id', 'teams.title']],
    ['as all of one table', 'SELECT t.* FROM people, teams AS t', ['teams.id', 'teams.title']],
    ['as a whole row', 'SELECT row_to_json(t) FROM teams AS t', ['teams.id', 'teams.title']],
    ['in quotes', 'SELECT "p"."name" AS "Name" FROM "people" AS "p"', ['people.name']],
    [
      'in a join',
      'SELECT 1 FROM people AS p LEFT JOIN teams AS t ON t.id = p.team_id',
      ['people.team_id', 'teams.id'],
    ],
    ['in a join by name', 'SELECT 1 FROM people JOIN teams USING (id)', ['people.id', 'teams.id']],
    ['in a condition', 'SELECT 1 FROM people WHERE name IS NULL', ['people.name']],
    ['in an order', 'SELECT 1 FROM people ORDER BY name DESC NULLS LAST', ['people.name']],
    [
      'in a group',
      'SELECT count(*) FROM people GROUP BY team_id HAVING max(id) > 1',
      ['people.id', 'people.team_id'],
    ],
    [
      'in a window',
      'SELECT rank() OVER (PARTITION BY team_id ORDER BY id) FROM people',
      ['people.id', 'people.team_id'],
    ],
    ['in an aggregate', 'SELECT count(*) FILTER (WHERE id > 1) FROM people', ['people.id']],
    ['in a percentile', 'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM people', ['people.id']],
    [
      'in a union',
      'SELECT name FROM people UNION ALL SELECT title FROM teams',
      ['people.name', 'teams.title'],
    ],
    [
      'in a subselect',
      'SELECT x FROM (SELECT name AS x, id FROM people) AS inside',
      ['people.id', 'people.name'],
    ],
    [
      'in a subselect that looks outwards',
      'SELECT 1 FROM people AS p WHERE EXISTS (SELECT FROM teams WHERE id = p.team_id)',
      ['people.team_id', 'teams.id'],
    ],
    ['in WITH', 'WITH a (n) AS (SELECT name FROM people) SELECT n FROM a', ['people.name']],
    [
      'in WITH RECURSIVE',
      `WITH RECURSIVE a AS (SELECT id, team_id FROM people UNION ALL
         SELECT p.id, p.team_id FROM people AS p JOIN a ON a.team_id = p.id) SELECT id FROM a`,
      ['people.id', 'people.team_id'],
    ],
    ['beside a function', 'SELECT name FROM unnest($1::text[]) AS given (name), teams', []],
    ['in LATERAL', 'SELECT x FROM people AS p, LATERAL (SELECT p.name AS x) AS inside', ['people.name']],
    ['in VALUES', 'SELECT * FROM (VALUES (1, 2)) AS v (id, name)', []],
    [
      'that do not exist',
      'SELECT p.nonsense, rubbish FROM people AS p',
      ['people.nonsense', 'people.rubbish'],
    ],
    ['of a table that is not known', 'SELECT a, o.b FROM others AS o', ['others.a', 'others.b']],
    ['as all of a table that is not known', 'SELECT * FROM others', ['others.*']],
    ['of the system', "SELECT ctid, datname FROM people, pg_database WHERE datname = 'x'", []],
  ])('%s', (_, statement, expected) => {
    expect(analyse(statement)).toMatchObject({ reads: expected, writes: [] });
  });
});

describe('columns that are written', () => {
  test('by INSERT are those of its list', () => {
    expect(analyse(`INSERT INTO people (name, team_id) VALUES ($1, 2) RETURNING id`)).toMatchObject({
      reads: ['people.id'],
      writes: ['people.name', 'people.team_id'],
    });
  });

  test('by INSERT without a list are the first ones', () => {
    expect(analyse(`INSERT INTO people VALUES (1, 'x')`).writes).toEqual(['people.id', 'people.name']);
  });

  test('by INSERT … SELECT come from other tables, and not from names that only look alike', () => {
    expect(
      analyse(`INSERT INTO people (id, name) SELECT id, title FROM teams
        CROSS JOIN unnest($1::int[]) AS given (team_id) WHERE team_id > 1`),
    ).toMatchObject({ reads: ['teams.id', 'teams.title'], writes: ['people.id', 'people.name'] });
  });

  test('by ON CONFLICT DO UPDATE are written, and what it compares is read', () => {
    expect(
      analyse(`INSERT INTO people AS held (id) VALUES (1) ON CONFLICT (id)
        DO UPDATE SET name = excluded.name WHERE held.team_id <= excluded.team_id RETURNING name`),
    ).toMatchObject({
      reads: ['people.id', 'people.name', 'people.team_id'],
      writes: ['people.id', 'people.name'],
    });
  });

  test('by UPDATE are those that it sets', () => {
    expect(
      analyse(`UPDATE people AS p SET (name, team_id) = (SELECT title, id FROM teams LIMIT 1), id = DEFAULT
        FROM teams AS t WHERE t.id = p.team_id`),
    ).toMatchObject({
      reads: ['people.team_id', 'teams.id', 'teams.title'],
      writes: ['people.id', 'people.name', 'people.team_id'],
    });
  });

  test('by DELETE are none, and the table is touched', () => {
    expect(analyse(`DELETE FROM people USING teams WHERE team_id = teams.id AND title = ''`)).toMatchObject({
      tables: ['people', 'teams'],
      reads: ['people.team_id', 'teams.id', 'teams.title'],
      writes: [],
    });
  });

  test('by MERGE are those of its branches', () => {
    expect(
      analyse(`MERGE INTO people AS p USING teams AS t ON p.team_id = t.id
        WHEN MATCHED THEN UPDATE SET name = t.title
        WHEN NOT MATCHED THEN INSERT (id, team_id) VALUES (t.id, t.id)`),
    ).toMatchObject({
      reads: ['people.team_id', 'teams.id', 'teams.title'],
      writes: ['people.id', 'people.name', 'people.team_id'],
    });
  });

  test('within WITH are written', () => {
    expect(
      analyse(
        `WITH gone AS (DELETE FROM people RETURNING name) INSERT INTO teams (title) SELECT name FROM gone`,
      ),
    ).toMatchObject({ tables: ['people', 'teams'], reads: ['people.name'], writes: ['teams.title'] });
  });
});

describe('what comes out of a statement', () => {
  test.each<[string, string, Record<string, string[]>]>([
    ['has the name of its column', 'SELECT name FROM people', { name: ['people.name'] }],
    ['has the name that it is given', 'SELECT name AS "N" FROM people', { N: ['people.name'] }],
    [
      'may come from either column',
      'SELECT coalesce(name, title) FROM people, teams',
      { coalesce: ['people.name', 'teams.title'] },
    ],
    ['may be cut or changed', 'SELECT left(upper(name), 4) || $1 AS x FROM people', { x: ['people.name'] }],
    ['is no more than a count', 'SELECT count(name) FROM people', { count: [] }],
    ['is no more than a comparison', `SELECT name = 'x' AND id IN (1, 2) AS x FROM people`, { x: [] }],
    [
      'depends on a condition without giving it',
      'SELECT CASE WHEN name IS NULL THEN id END AS x FROM people',
      { x: ['people.id'] },
    ],
    ['comes through a subselect', 'SELECT (SELECT title FROM teams) AS x', { x: ['teams.title'] }],
    [
      'comes through both sides of a union',
      'SELECT name FROM people UNION SELECT title FROM teams',
      { name: ['people.name', 'teams.title'] },
    ],
    [
      'comes back from a change',
      'UPDATE teams SET title = $1 RETURNING *',
      { id: ['teams.id'], title: ['teams.title'] },
    ],
  ])('%s', (_, statement, expected) => {
    expect(analyse(statement).outputs).toEqual(expected);
  });

  test('is known where the statement was given it', () => {
    const columns = new Columns();
    columns.add('people', ['id', 'name', 'team_id']);
    const { outputs } = useOfStatement(
      `SELECT id, p.team_id, name, $3::integer AS place, NULL AS nothing, 'x' AS text, ($4::int[])[2] AS item
       FROM people AS p WHERE (id = ANY($1::bigint[])) AND p.team_id = $2 AND (name = $3 OR name = $4)`,
      columns,
    );
    expect(Object.fromEntries(outputs.map(({ name, given }) => [name, given]))).toEqual({
      id: { parameter: 1, element: true },
      team_id: { parameter: 2, element: false },
      name: undefined,
      place: { parameter: 3, element: false },
      nothing: { constant: null },
      text: { constant: 'x' },
      item: { parameter: 4, element: true },
    });
    const whole = useOfStatement(
      'SELECT p.* FROM people AS p WHERE p.id IN (7) AND p.team_id IN (1, 2)',
      columns,
    );
    expect(whole.outputs.map(({ name, given }) => [name, given])).toEqual([
      ['id', { constant: 7 }],
      ['name', undefined],
      ['team_id', undefined],
    ]);
  });
});

test('statements of sessions and transactions touch nothing', () => {
  for (const statement of [
    'BEGIN',
    "SET timezone = 'UTC'",
    'DO $$ BEGIN END $$',
    'SELECT pg_advisory_xact_lock(1)',
  ]) {
    expect(analyse(statement)).toMatchObject({ tables: [], reads: [], writes: [] });
  }
});

test('a statement of another kind touches the tables that it names', () => {
  expect(analyse('TRUNCATE people, teams').tables).toEqual(['people', 'teams']);
  expect(analyse('LOCK TABLE people IN SHARE MODE').tables).toEqual(['people']);
});

test('a statement that is none is refused', () => {
  expect(() => analyse('SELEKT 1')).toThrow('syntax error');
});

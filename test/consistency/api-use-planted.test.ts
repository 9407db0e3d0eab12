import { beforeAll, expect, test } from '@jest/globals';
import { defineEntity, p } from '@mikro-orm/postgresql';
import { GraphQLError, type GraphQLFieldResolver } from 'graphql';
import { sql, type RawBuilder } from 'kysely';
import type { ApiUse } from '../../src/consistency/api-use.js';
import type { Context } from '../../src/context.js';
import { entities } from '../../src/entities.js';
import { LlmConfig } from '../../src/keys/llm-config.js';
import type { StaleApiKey } from '../../src/keys/rotation-types.js';
import { planted, trace, useOf } from './tracing.js';

const definitions: string[] = [];
const resolvers: Record<string, GraphQLFieldResolver<any, Context>> = {};
const leaks = ['Query.openAIApiKey'];

/** Plants fields into the API of this file, which is traced once: that takes a second. */
function plant(sdl: string, resolve: typeof resolvers = {}): void {
  definitions.push(sdl);
  Object.assign(resolvers, resolve);
}

/** The same for fields of which one gives out the key. */
function plantLeak(leak: string, sdl: string, resolve: typeof resolvers): void {
  leaks.push(leak);
  plant(sdl, resolve);
}

const Note = defineEntity({
  name: 'Note',
  tableName: 'notes',
  properties: { id: p.integer().primary(), text: p.text(), hiddenText: p.text() },
});

let use: ApiUse;
beforeAll(async () => {
  use = await trace(await planted(definitions.join('\n'), resolvers), [...entities, Note]);
});

const servingKey = () => useOf(use, 'llm_configs', 'api_key').servedBy;

plantLeak('LlmConfig.motto', 'extend type LlmConfig { motto: String }', {
  'LlmConfig.motto': (config: LlmConfig) => `Our motto is ${config.apiKey}.`,
});
test('a field that gives out the key of the object it is of is found, whatever its name', () => {
  expect(servingKey()).toContain('LlmConfig.motto');
});

const READS: [string, RawBuilder<unknown>][] = [
  ['underAnotherName', sql`SELECT api_key AS motto FROM llm_configs`],
  ['throughSubselect', sql`SELECT c.x AS motto FROM (SELECT api_key AS x FROM llm_configs) AS c`],
  ['throughWith', sql`WITH c AS (SELECT * FROM llm_configs) SELECT c.api_key AS motto FROM c`],
  ['inOtherWords', sql`SELECT upper(concat('>', api_key)) || '<' AS motto FROM llm_configs`],
  ['asChangedRow', sql`UPDATE llm_configs SET id = id RETURNING api_key AS motto`],
  ['asWholeRow', sql`SELECT to_jsonb(c) AS motto FROM llm_configs AS c`],
];
for (const [name, statement] of READS) {
  plantLeak(`Query.${name}`, `extend type Query { ${name}: String }`, {
    [`Query.${name}`]: async (_root, _args, context) =>
      (await sql<{ motto: string }>`${statement}`.execute(context.sql)).rows[0]?.motto,
  });
}
test.each(READS)('a field that reads the key by a statement of its own is found: %s', (name) => {
  expect(servingKey()).toContain(`Query.${name}`);
});

plantLeak('Deep.inner', 'type Deep { inner: JSON } extend type Group { deep: [Deep!]! }', {
  'Group.deep': async (_root, _args, { em }) => {
    const configs = await em.find(LlmConfig, {});
    return [{ inner: { keys: configs.map(({ apiKey }) => apiKey) } }];
  },
});
test('a field that reads the key through the ORM is found, deep below and in JSON', () => {
  expect(servingKey()).toContain('Deep.inner');
});

plantLeak('StaleApiKey.inUse', 'extend type StaleApiKey { inUse: String }', {
  'StaleApiKey.inUse': ({ config }: StaleApiKey) => config?.apiKey,
});
test('a field that only an answer to some other input has is found', () => {
  expect(servingKey()).toContain('StaleApiKey.inUse');
});

plantLeak('LlmConfig.refused', 'extend type LlmConfig { refused: String failed: String }', {
  'LlmConfig.refused': ({ apiKey }: LlmConfig) => {
    throw new GraphQLError(`The key ${apiKey} is refused.`);
  },
  'LlmConfig.failed': ({ apiKey }: LlmConfig) => {
    throw new Error(`The key ${apiKey} failed.`);
  },
});
test('a field that tells the key in its error is found, unless the error is masked', () => {
  expect(servingKey()).toContain('LlmConfig.refused');
  expect(servingKey()).not.toContain('LlmConfig.failed');
});

plant('extend type Query { keys: String }', {
  'Query.keys': async (_root, _args, context) => {
    const query = sql<{ keys: string }>`
      SELECT count(api_key) || ' ' || md5(min(api_key)) || (min(api_key) = 'x') AS keys FROM llm_configs`;
    return (await query.execute(context.sql)).rows[0]?.keys;
  },
});
test('a field that only counts or compares keys serves none, and no other field is taken for one that does', () => {
  expect(useOf(use, 'llm_configs', 'api_key').readBy).toContain('Query.keys');
  expect([...servingKey()].sort()).toEqual([...leaks].sort());
});

plant('extend type CallLog { template: String }', {
  'CallLog.template': async (_root, _args, context) =>
    (await sql`SELECT t.content FROM llm_prompt_templates AS t WHERE t.name = 'x'`.execute(context.sql))
      .rows[0],
});
test('a field that touches a table of no entity is found, with the columns that it names', () => {
  const table = use.tables.get('llm_prompt_templates');
  expect(table?.columns.get('content')?.readBy).toEqual(['CallLog.template']);
  expect(table?.columns.get('name')?.readBy).toEqual(['CallLog.template']);
  expect(table?.roots).toContainEqual({ field: 'Query.callLogs', reads: ['content', 'name'], writes: [] });
});

plant('extend type Mutation { forget: Boolean }', {
  'Mutation.forget': async (_root, _args, context) => {
    await sql`DELETE FROM llm_prompt_templates`.execute(context.sql);
    return true;
  },
});
test('a mutation that empties a table is found, though it names no column', () => {
  expect(use.tables.get('llm_prompt_templates')?.roots).toContainEqual({
    ...{ field: 'Mutation.forget', reads: [], writes: [] },
  });
});

plant('extend type CallLog { mood: String } extend type LlmConfig { mood: String! kind: String }', {
  'LlmConfig.kind': () => 'always this',
});
test('a field of an entity without property and without resolver has no column', () => {
  expect(use.fieldsWithoutColumn).toEqual(['CallLog.mood', 'LlmConfig.mood', 'Note.mood']);
});

plant(
  `type Note { id: ID! text: String! mood: String }
   input NoteInput { text: String! }
   extend type Query { notes(contains: String): [Note!]! }
   extend type Mutation { addNote(note: NoteInput!): Note }`,
  {
    'Query.notes': (_root, { contains }, { em }) =>
      em.find(Note, contains == null ? {} : { hiddenText: { $like: `%${contains}%` } }),
    'Mutation.addNote': (_root, { note }, { em }) =>
      em.transactional((transaction) => transaction.create(Note, { id: 1, hiddenText: '', ...note })),
  },
);
test('an entity and its fields are found without anybody telling of them', () => {
  expect(useOf(use, 'notes', 'text')).toEqual({
    readBy: ['Note.text', 'Query.notes'],
    writtenBy: ['Mutation.addNote'],
    servedBy: ['Note.text'],
  });
  expect(useOf(use, 'notes', 'hidden_text').servedBy).toEqual([]);
  expect(use.tables.get('notes')?.roots).toEqual([
    { field: 'Mutation.addNote', reads: ['id', 'text'], writes: ['hidden_text', 'id', 'text'] },
    { field: 'Query.notes', reads: ['hidden_text', 'id', 'text'], writes: [] },
  ]);
});

plant('extend type Query { broken: String }', {
  'Query.broken': (_root, _args, context) => sql`SELEKT 1`.execute(context.sql),
});
test('a statement that PostgreSQL could not parse is told, with the field that sends it', () => {
  expect(use.unparsed).toEqual([{ field: 'Query.broken', statement: 'SELEKT 1' }]);
});

plant('extend type Mutation { mend: Boolean }', {
  'Mutation.mend': async (_root, _args, context) => {
    const { rows: groups } = await sql`SELECT id FROM groups`.execute(context.sql);
    const { rows: configs } = await sql`SELECT id FROM llm_configs`.execute(context.sql);
    if (groups.length > 0 && configs.length === 0) {
      await sql`UPDATE groups SET name = 'mended'`.execute(context.sql);
    }
  },
});
test('what a mutation does only where a row is missing is found, too', () => {
  expect(useOf(use, 'groups', 'name').writtenBy).toContain('Mutation.mend');
});

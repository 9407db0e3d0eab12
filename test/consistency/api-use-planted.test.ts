import { expect, test } from '@jest/globals';
import { defineEntity, p } from '@mikro-orm/postgresql';
import { GraphQLError } from 'graphql';
import { sql } from 'kysely';
import { entities } from '../../src/entities.js';
import { LlmConfig } from '../../src/keys/llm-config.js';
import type { StaleApiKey } from '../../src/keys/rotate-result.js';
import { planted, trace, useOf } from './tracing.js';

const servedKey = async (...schema: Parameters<typeof planted>) =>
  useOf(await trace(await planted(...schema)), 'llm_configs', 'api_key').servedBy.filter(
    (field) => field !== 'Query.openAIApiKey',
  );

test('a field that gives out the key of the object it is of is found, whatever its name', async () => {
  const found = await servedKey('extend type LlmConfig { motto: String }', {
    'LlmConfig.motto': (config: LlmConfig) => `Our motto is ${config.apiKey}.`,
  });
  expect(found).toEqual(['LlmConfig.motto']);
});

test.each([
  ['under another name', sql`SELECT api_key AS motto FROM llm_configs`],
  ['through a subselect', sql`SELECT c.x AS motto FROM (SELECT api_key AS x FROM llm_configs) AS c`],
  ['through WITH', sql`WITH c AS (SELECT * FROM llm_configs) SELECT c.api_key AS motto FROM c`],
  ['in other words', sql`SELECT upper(concat('>', api_key)) || '<' AS motto FROM llm_configs`],
  ['as the row that was changed', sql`UPDATE llm_configs SET id = id RETURNING api_key AS motto`],
  ['as a whole row', sql`SELECT to_jsonb(c) AS motto FROM llm_configs AS c`],
])('a field that reads the key %s is found', async (_, statement) => {
  const found = await servedKey('extend type Query { motto: String }', {
    'Query.motto': async (_root, _args, context) =>
      (await sql<{ motto: string }>`${statement}`.execute(context.sql)).rows[0]?.motto,
  });
  expect(found).toEqual(['Query.motto']);
});

test('a field that reads the key through the ORM is found, deep below and in JSON', async () => {
  const found = await servedKey('type Deep { inner: JSON } extend type Group { deep: [Deep!]! }', {
    'Group.deep': async (_root, _args, { em }) => {
      const configs = await em.find(LlmConfig, {});
      return [{ inner: { keys: configs.map(({ apiKey }) => apiKey) } }];
    },
  });
  expect(found).toEqual(['Deep.inner']);
});

test('a field that only an answer to some other input has is found', async () => {
  const found = await servedKey('extend type StaleApiKey { inUse: String }', {
    'StaleApiKey.inUse': ({ config }: StaleApiKey) => config?.apiKey,
  });
  expect(found).toEqual(['StaleApiKey.inUse']);
});

test('a field that tells the key in its error is found, unless the error is masked', async () => {
  const found = await servedKey('extend type LlmConfig { refused: String failed: String }', {
    'LlmConfig.refused': ({ apiKey }: LlmConfig) => {
      throw new GraphQLError(`The key ${apiKey} is refused.`);
    },
    'LlmConfig.failed': ({ apiKey }: LlmConfig) => {
      throw new Error(`The key ${apiKey} failed.`);
    },
  });
  expect(found).toEqual(['LlmConfig.refused']);
});

test('a field that only counts or compares keys serves none', async () => {
  const found = await servedKey('extend type Query { keys: String }', {
    'Query.keys': async (_root, _args, context) => {
      const query = sql<{ keys: string }>`
        SELECT count(api_key) || ' ' || md5(min(api_key)) || (min(api_key) = 'x') AS keys FROM llm_configs`;
      return (await query.execute(context.sql)).rows[0]?.keys;
    },
  });
  expect(found).toEqual([]);
});

test('a field that touches a table of no entity is found, with the columns that it names', async () => {
  const schema = await planted('extend type CallLog { template: String }', {
    'CallLog.template': async (_root, _args, context) =>
      (await sql`SELECT t.content FROM llm_prompt_templates AS t WHERE t.name = 'x'`.execute(context.sql))
        .rows[0],
  });
  const use = await trace(schema);
  const table = use.tables.get('llm_prompt_templates');
  expect(table?.columns.get('content')?.readBy).toEqual(['CallLog.template']);
  expect(table?.columns.get('name')?.readBy).toEqual(['CallLog.template']);
  expect(table?.roots).toContainEqual({ field: 'Query.callLogs', reads: ['content', 'name'], writes: [] });
});

test('a mutation that empties a table is found, though it names no column', async () => {
  const schema = await planted('extend type Mutation { forget: Boolean }', {
    'Mutation.forget': async (_root, _args, context) => {
      await sql`DELETE FROM llm_prompt_templates`.execute(context.sql);
      return true;
    },
  });
  expect((await trace(schema)).tables.get('llm_prompt_templates')?.roots).toEqual([
    { field: 'Mutation.forget', reads: [], writes: [] },
  ]);
});

test('a field of an entity without property and without resolver has no column', async () => {
  const schema = await planted(
    'extend type CallLog { mood: String } extend type LlmConfig { mood: String! kind: String }',
    { 'LlmConfig.kind': () => 'always this' },
  );
  expect((await trace(schema)).fieldsWithoutColumn).toEqual(['CallLog.mood', 'LlmConfig.mood']);
});

test('an entity and its fields are found without anybody telling of them', async () => {
  const Note = defineEntity({
    name: 'Note',
    tableName: 'notes',
    properties: { id: p.integer().primary(), text: p.text(), hiddenText: p.text() },
  });
  const schema = await planted(
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
  const use = await trace(schema, [...entities, Note]);
  expect(use.fieldsWithoutColumn).toEqual(['Note.mood']);
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

test('a statement that PostgreSQL could not parse is told, with the field that sends it', async () => {
  const schema = await planted('extend type Query { broken: String }', {
    'Query.broken': (_root, _args, context) => sql`SELEKT 1`.execute(context.sql),
  });
  expect((await trace(schema)).unparsed).toEqual([{ field: 'Query.broken', statement: 'SELEKT 1' }]);
});

test('what a mutation does only where a row is missing is found, too', async () => {
  const schema = await planted('extend type Mutation { mend: Boolean }', {
    'Mutation.mend': async (_root, _args, context) => {
      const { rows: groups } = await sql`SELECT id FROM groups`.execute(context.sql);
      const { rows: configs } = await sql`SELECT id FROM llm_configs`.execute(context.sql);
      if (groups.length > 0 && configs.length === 0) {
        await sql`UPDATE groups SET name = 'mended'`.execute(context.sql);
      }
    },
  });
  expect(useOf(await trace(schema), 'groups', 'name').writtenBy).toContain('Mutation.mend');
});

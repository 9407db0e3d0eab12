import { afterEach, expect, test } from '@jest/globals';
import { defineEntity, MikroORM, p, type EntityClass, type EntitySchema } from '@mikro-orm/postgresql';
import { extendSchema, GraphQLNonNull, isObjectType, parse, type GraphQLFieldResolver } from 'graphql';
import { sql } from 'kysely';
import { API_USE } from '../../src/consistency/api-use.js';
import { createCheck } from '../../src/consistency/check.js';
import { entities } from '../../src/entities.js';
import { Risk, type Finding } from '../../src/database/structure/finding.js';
import type { Context } from '../../src/context.js';
import { servesSecret } from '../../src/graphql/serves-secret.js';
import { LlmConfig } from '../../src/keys/llm-config.js';
import { ServerSecret } from '../../src/keys/server-secrets.js';
import { createSchema } from '../../src/schema.js';
import { usePlanting } from './planting.js';
import { trace } from './tracing.js';

const planting = usePlanting();
const orms: MikroORM[] = [];

afterEach(async () => {
  for (const orm of orms.splice(0)) await orm.close(true);
});

type Resolve = GraphQLFieldResolver<LlmConfig, Context>;

/** The schema with a field more, such as `LlmConfig.key: String`. */
async function schemaWith(field: string, resolve?: Resolve) {
  const [type = '', definition = ''] = field.split(/\.(.*)/);
  const schema = extendSchema(await createSchema(), parse(`extend type ${type} { ${definition} }`));
  const extended = schema.getType(type);
  const added = isObjectType(extended) && extended.getFields()[definition.split(':')[0]!.trim()];
  if (!added) throw new Error(`There is no field ${field}.`);
  if (resolve) added.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
  return schema;
}

async function findingsWithField(field: string, resolve?: Resolve): Promise<Finding[]> {
  const schema = await schemaWith(field, resolve);
  return (await createCheck(planting.database, schema, await trace(schema))()).findings;
}

/** What is found where an entity is in the place of another. */
async function findingsWithEntity(replaced: EntityClass, planted: EntitySchema[]): Promise<Finding[]> {
  const known = [...entities.filter((entity) => entity !== replaced), ...planted];
  const orm = new MikroORM({ entities: known, clientUrl: planting.database.url, logger: () => undefined });
  orms.push(orm);
  const schema = await createSchema();
  return (await createCheck({ ...planting.database, orm }, schema, await trace(schema, known))()).findings;
}

test('a field that serves a secret column is found, whatever its name', async () => {
  expect(await findingsWithField('LlmConfig.note: String', (config) => config.apiKey)).toMatchObject([
    {
      ...{ kind: 'SECRET_SERVED', risk: Risk.HIGH, table: 'llm_configs', column: 'api_key' },
      problem: 'The field LlmConfig.note gives out llm_configs.api_key, which is a secret.',
    },
  ]);
});

test('a field that serves a secret column by a statement of its own is found', async () => {
  const serve: Resolve = async (_, __, context) => {
    const { rows } = await sql<{ hidden: string }>`
      SELECT configs.api_key AS hidden FROM llm_configs AS configs LIMIT 1`.execute(context.sql);
    return rows[0]?.hidden ?? null;
  };
  expect(await findingsWithField('Query.note: String', serve)).toMatchObject([
    { kind: 'SECRET_SERVED', risk: Risk.HIGH, table: 'llm_configs', column: 'api_key' },
  ]);
});

test('the field that is there to give out the key is no finding, and may not give out more', async () => {
  const schema = await createSchema();
  const field = schema.getQueryType()?.getFields()['openAIApiKey'];
  expect((await createCheck(planting.database, schema, API_USE)()).findings).toEqual([]);
  field!.extensions = servesSecret('llm_server_secrets.value');
  expect((await createCheck(planting.database, schema, API_USE)()).findings).toMatchObject([
    { kind: 'SECRET_SERVED', problem: expect.stringContaining('The field Query.openAIApiKey gives out') },
  ]);
});

test('a resolver that reads a deprecated table is found', async () => {
  const read: Resolve = async (_, __, context) => {
    const { rows } = await sql`SELECT count(*) FROM llm_prompt_templates`.execute(context.sql);
    return rows.length;
  };
  expect(await findingsWithField('Query.templates: Int', read)).toMatchObject([
    {
      ...{ kind: 'TABLE_DEPRECATED_BUT_USED', risk: Risk.MEDIUM, table: 'llm_prompt_templates' },
      problem: 'Query.templates uses llm_prompt_templates, which is deprecated.',
    },
  ]);
});

test('an entity on a deprecated table is found', async () => {
  const PromptTemplate = defineEntity({
    name: 'PromptTemplate',
    tableName: 'llm_prompt_templates',
    properties: {
      id: p.integer().primary().autoincrement(),
      name: p.string().length(100).nullable(),
    },
  });
  const findings = await findingsWithEntity(class {}, [PromptTemplate]);
  expect(findings[0]).toMatchObject({
    kind: 'TABLE_DEPRECATED_BUT_USED',
    problem: 'PromptTemplate uses llm_prompt_templates, which is deprecated.',
  });
});

test('a resolver that reads a table of no entity is found', async () => {
  const read: Resolve = async (_, __, context) => {
    await sql`SELECT name FROM mikro_orm_migrations`.execute(context.sql);
    return null;
  };
  expect(await findingsWithField('Query.migrations: Int', read)).toMatchObject([
    { kind: 'TABLE_WITHOUT_ENTITY', risk: Risk.MEDIUM, table: 'mikro_orm_migrations' },
  ]);
});

test('a statement that cannot be read is found, with the field that sends it', async () => {
  const send: Resolve = (_, __, context) => sql`SELEKT 1`.execute(context.sql);
  expect(await findingsWithField('Query.broken: Int', send)).toMatchObject([
    {
      ...{ kind: 'STATEMENT_UNREADABLE', risk: Risk.LOW, table: null, column: null },
      problem: 'A statement that Query.broken sends could not be read.',
    },
  ]);
});

test('a field without a property is found', async () => {
  expect(await findingsWithField('CallLog.mood: String')).toMatchObject([
    {
      ...{ kind: 'FIELD_WITHOUT_PROPERTY', risk: Risk.MEDIUM, table: 'llm_call_logs' },
      problem: 'The field CallLog.mood stands for no property and reads nothing.',
    },
  ]);
});

test('a field that always has a value, of a column that may be empty, is found', async () => {
  const schema = await createSchema();
  const type = schema.getType('CallLog');
  const field = isObjectType(type) ? type.getFields()['durationMs'] : undefined;
  field!.type = new GraphQLNonNull(field!.type as never);
  const { findings } = await createCheck(planting.database, schema, API_USE)();
  expect(findings).toMatchObject([
    { kind: 'FIELD_NULLABILITY', risk: Risk.MEDIUM, table: 'llm_call_logs', column: 'duration_ms' },
  ]);
});

test('an entity property without a column is found', async () => {
  const SecretWithHint = defineEntity({
    name: 'SecretWithHint',
    tableName: 'llm_server_secrets',
    properties: {
      name: p.text().primary(),
      value: p.text(),
      hint: p.text().nullable(),
      remark: p.text().persist(false),
    },
  });
  expect(await findingsWithEntity(ServerSecret, [SecretWithHint])).toMatchObject([
    {
      ...{ kind: 'COLUMN_MISSING', risk: Risk.HIGH, table: 'llm_server_secrets', column: 'hint' },
      problem: 'llm_server_secrets has no column hint, which the property SecretWithHint.hint stands for.',
    },
    {
      ...{ kind: 'PROPERTY_WITHOUT_COLUMN', risk: Risk.MEDIUM, table: 'llm_server_secrets' },
      problem: 'The property SecretWithHint.remark stands for no column of llm_server_secrets.',
    },
  ]);
});

test('a trigger that an entity needs is found missing, then disabled, then well', async () => {
  const create =
    'CREATE TRIGGER keep AFTER DELETE ON llm_server_secrets FOR EACH STATEMENT EXECUTE FUNCTION keep_secrets()';
  const WatchedSecret = defineEntity({
    name: 'WatchedSecret',
    tableName: 'llm_server_secrets',
    properties: { name: p.text().primary(), value: p.text() },
    triggers: [{ name: 'keep', timing: 'after', events: ['delete'], expression: create }],
  });
  const findings = () => findingsWithEntity(ServerSecret, [WatchedSecret]);
  const place = { risk: Risk.HIGH, table: 'llm_server_secrets' };
  expect(await findings()).toMatchObject([{ ...place, kind: 'TRIGGER_MISSING', advice: `${create};` }]);
  await planting.client.query(`
    CREATE FUNCTION keep_secrets() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; ${create};
    ALTER TABLE llm_server_secrets DISABLE TRIGGER keep`);
  expect(await findings()).toMatchObject([{ ...place, kind: 'TRIGGER_DISABLED' }]);
  await planting.client.query('ALTER TABLE llm_server_secrets ENABLE TRIGGER keep');
  expect(await findings()).toEqual([]);
});

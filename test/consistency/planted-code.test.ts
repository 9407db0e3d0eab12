import { afterEach, expect, test } from '@jest/globals';
import { defineEntity, MikroORM, p, type EntityClass, type EntitySchema } from '@mikro-orm/postgresql';
import { GraphQLNonNull, isObjectType } from 'graphql';
import { sql } from 'kysely';
import { API_USE } from '../../src/consistency/api-use.js';
import { createCheck } from '../../src/consistency/check.js';
import { entities } from '../../src/entities.js';
import { Risk, type Finding } from '../../src/database/structure/finding.js';
import { servesSecret } from '../../src/graphql/serves-secret.js';
import { LlmConfig } from '../../src/keys/llm-config.js';
import { ServerSecret } from '../../src/keys/server-secrets.js';
import { createSchema } from '../../src/schema.js';
import { usePlanting } from './planting.js';
import { planted, trace } from './tracing.js';

const planting = usePlanting();
const orms: MikroORM[] = [];

afterEach(async () => {
  for (const orm of orms.splice(0)) await orm.close(true);
});

/** Gives what is found where an entity is in the place of another, each time it is called. */
async function checkWithEntity(
  replaced: EntityClass,
  planted: EntitySchema[],
): Promise<() => Promise<Finding[]>> {
  const known = [...entities.filter((entity) => entity !== replaced), ...planted];
  const orm = new MikroORM({ entities: known, clientUrl: planting.database.url, logger: () => undefined });
  orms.push(orm);
  const schema = await createSchema();
  const check = createCheck({ ...planting.database, orm }, schema, await trace(schema, known));
  return async () => (await check()).findings;
}

test('each of several fields is found, by what is wrong with it, and nothing else', async () => {
  const schema = await planted(
    `extend type LlmConfig { note: String }
     extend type CallLog { mood: String }
     extend type Query { note: String templates: Int migrations: Int broken: Int }`,
    {
      'LlmConfig.note': (config: LlmConfig) => config.apiKey,
      'Query.note': async (_, __, context) => {
        const { rows } = await sql<{ hidden: string }>`
          SELECT configs.api_key AS hidden FROM llm_configs AS configs LIMIT 1`.execute(context.sql);
        return rows[0]?.hidden ?? null;
      },
      'Query.templates': async (_, __, context) => {
        const { rows } = await sql`SELECT count(*) FROM llm_prompt_templates`.execute(context.sql);
        return rows.length;
      },
      'Query.migrations': async (_, __, context) => {
        await sql`SELECT name FROM mikro_orm_migrations`.execute(context.sql);
        return null;
      },
      'Query.broken': (_, __, context) => sql`SELEKT 1`.execute(context.sql),
    },
  );
  const { findings } = await createCheck(planting.database, schema, await trace(schema))();
  const served = { kind: 'SECRET_SERVED', risk: Risk.HIGH, table: 'llm_configs', column: 'api_key' };
  const found = [
    {
      ...served,
      problem: 'The field LlmConfig.note gives out llm_configs.api_key, which is a secret.',
    },
    {
      ...served,
      problem: 'The field Query.note gives out llm_configs.api_key, which is a secret.',
    },
    {
      ...{ kind: 'TABLE_DEPRECATED_BUT_USED', risk: Risk.MEDIUM, table: 'llm_prompt_templates' },
      problem: 'Query.templates uses llm_prompt_templates, which is deprecated.',
    },
    { kind: 'TABLE_WITHOUT_ENTITY', risk: Risk.MEDIUM, table: 'mikro_orm_migrations' },
    {
      ...{ kind: 'FIELD_WITHOUT_PROPERTY', risk: Risk.MEDIUM, table: 'llm_call_logs' },
      problem: 'The field CallLog.mood stands for no property and reads nothing.',
    },
    {
      ...{ kind: 'STATEMENT_UNREADABLE', risk: Risk.LOW, table: null, column: null },
      problem: 'A statement that Query.broken sends could not be read.',
    },
  ];
  expect(findings).toHaveLength(found.length);
  expect(findings).toEqual(expect.arrayContaining(found.map((one) => expect.objectContaining(one))));
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

test('an entity on a deprecated table is found', async () => {
  const PromptTemplate = defineEntity({
    name: 'PromptTemplate',
    tableName: 'llm_prompt_templates',
    properties: {
      id: p.integer().primary().autoincrement(),
      name: p.string().length(100).nullable(),
    },
  });
  const findings = await (await checkWithEntity(class {}, [PromptTemplate]))();
  expect(findings[0]).toMatchObject({
    kind: 'TABLE_DEPRECATED_BUT_USED',
    problem: 'PromptTemplate uses llm_prompt_templates, which is deprecated.',
  });
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
  const findings = await checkWithEntity(ServerSecret, [SecretWithHint]);
  expect(await findings()).toMatchObject([
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
  const findings = await checkWithEntity(ServerSecret, [WatchedSecret]);
  const place = { risk: Risk.HIGH, table: 'llm_server_secrets' };
  expect(await findings()).toMatchObject([{ ...place, kind: 'TRIGGER_MISSING', advice: `${create};` }]);
  await planting.client.query(`
    CREATE FUNCTION keep_secrets() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; ${create};
    ALTER TABLE llm_server_secrets DISABLE TRIGGER keep`);
  expect(await findings()).toMatchObject([{ ...place, kind: 'TRIGGER_DISABLED' }]);
  await planting.client.query('ALTER TABLE llm_server_secrets ENABLE TRIGGER keep');
  expect(await findings()).toEqual([]);
});

import { expect, test } from '@jest/globals';
import {
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLSchema,
} from 'graphql';
import { readFile } from 'node:fs/promises';
import { createSchema, printedSchema } from '../src/schema.js';
import { useTestDatabase } from './support/database.js';

const held = useTestDatabase();

test('schema.graphql is what the code prints', async () => {
  const kept = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8');
  // Where this fails, "npm run schema" writes the file anew.
  expect(kept).toBe(await printedSchema());
});

/** Every part of the schema that can carry a description, by its path. */
function describable(schema: GraphQLSchema): Map<string, string | null | undefined> {
  const parts = new Map<string, string | null | undefined>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
    if (!isRoot) parts.set(type.name, type.description);
    if (isEnumType(type)) {
      for (const value of type.getValues()) parts.set(`${type.name}.${value.name}`, value.description);
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        parts.set(`${type.name}.${field.name}`, field.description);
      }
    }
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        parts.set(`${type.name}.${field.name}`, field.description);
        for (const argument of field.args) {
          parts.set(`${type.name}.${field.name}(${argument.name})`, argument.description);
        }
      }
    }
  }
  return parts;
}

test('every type, field, argument, input field and enum value says what it is', async () => {
  const parts = describable(await createSchema());
  expect(parts.size).toBeGreaterThan(200);
  const silent = [...parts].filter(([, description]) => !/\w.*\.$/s.test(description?.trim() ?? ''));
  expect(silent).toEqual([]);
});

test('fields that are deprecated say why', async () => {
  const schema = await createSchema();
  const callLog = schema.getType('CallLog');
  if (!isObjectType(callLog)) throw new Error('CallLog is no object type.');
  const deprecated = Object.values(callLog.getFields()).filter(
    ({ deprecationReason }) => deprecationReason != null,
  );
  expect(deprecated.map(({ name }) => name)).toEqual(['templateId']);
  expect(deprecated[0]?.deprecationReason).toContain('history');
});

test('an entity property and the field of the same name agree on whether there may be no value', async () => {
  const schema = await createSchema();
  const compared: string[] = [];
  const different: string[] = [];
  for (const { className, properties } of held.database.orm.getMetadata().getAll().values()) {
    const type = schema.getType(className);
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const property = Object.values(properties).find(({ name }) => name === field.name);
      if (!property) continue;
      const path = `${className}.${field.name}`;
      compared.push(path);
      // A column that may be empty in the table but has a default is one that whoever writes a row gives a value.
      const mayBeEmpty = (property.nullable ?? false) && property.defaultRaw === undefined;
      if (isNonNullType(field.type) === mayBeEmpty) different.push(path);
    }
  }
  expect(different).toEqual([]);
  expect(compared).toEqual(
    expect.arrayContaining([
      'CallLog.id',
      'CallLog.groupId',
      'CallLog.requestParams',
      'Group.name',
      'LlmConfig.updatedAt',
    ]),
  );
});

test('every column of the log is a field', async () => {
  const type = (await createSchema()).getType('CallLog');
  if (!isObjectType(type)) throw new Error('CallLog is no object type.');
  const columns = await held.database.orm.em
    .fork()
    .execute<{ column_name: string }[]>(
      "SELECT column_name FROM information_schema.columns WHERE table_name = 'llm_call_logs'",
    );
  const served = new Set(Object.keys(type.getFields()));
  const camelCase = (column: string) => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  expect(columns).toHaveLength(16);
  expect(columns.map((column) => camelCase(column.column_name)).filter((name) => !served.has(name))).toEqual(
    [],
  );
});

test('the provider key is no field of any type', async () => {
  const parts = [...describable(await createSchema()).keys()];
  expect(parts.filter((path) => /\.(api_?key|key)$/i.test(path))).toEqual([]);
});

import { expect, test } from '@jest/globals';
import {
  getNamedType,
  isInputObjectType,
  isObjectType,
  isRequiredInputField,
  type GraphQLSchema,
} from 'graphql';
import { CALL_LOG_FIELDS, TYPE_OF_KIND } from '../../src/call-logs/call-log-columns.js';
import { CallLog } from '../../src/call-logs/call-log.js';
import { createSchema } from '../../src/schema.js';
import { UsageDelta } from '../../src/usage/rollups/usage-delta.js';
import { useTestDatabase } from '../support/database.js';

const held = useTestDatabase();

const OUTPUT_TYPES = {
  id64: 'ID',
  id32: 'ID',
  count: 'Int',
  text: 'String',
  json: 'JSON',
  status: 'CallStatus',
  time: 'DateTime',
};

const FILTER_TYPES = {
  id64: 'IdFilter',
  id32: 'IdFilter',
  count: 'IntFilter',
  text: 'StringFilter',
  json: 'JSON',
  status: 'CallStatusFilter',
  time: 'TimeRange',
};

/** All values but the model, which has no column. */
const STORED = CALL_LOG_FIELDS.filter(({ field }) => field !== 'model');

/** The type as a value is cast to it, whatever its length and whether it counts by itself. */
function plainType(type = ''): string {
  return type
    .replace(/\(.*/, '')
    .replace(/^varchar$/, 'text')
    .replace(/^int$/, 'integer')
    .replace(/^bigserial$/, 'bigint');
}

function fieldsOf(schema: GraphQLSchema, name: string): Record<string, string> {
  const type = schema.getType(name);
  if (!isObjectType(type) && !isInputObjectType(type)) throw new Error(`There is no type ${name}.`);
  return Object.fromEntries(Object.values(type.getFields()).map((field) => [field.name, String(field.type)]));
}

test('every column of the entity stands in the table of columns with its type, and no other does', () => {
  const properties = Object.values(held.database.orm.getMetadata(CallLog).properties);
  const ofEntity = properties.map(({ fieldNames: [column], columnTypes: [type], nullable, defaultRaw }) => [
    column,
    // What has a default is given a value by whoever writes a row.
    { type: plainType(type), nullable: nullable === true && defaultRaw === undefined },
  ]);
  expect(
    Object.fromEntries(
      STORED.map(({ sql, kind, nullable }) => [sql, { type: TYPE_OF_KIND[kind], nullable }]),
    ),
  ).toEqual(Object.fromEntries(ofEntity));
});

test('the entity has a property of the name that the table of columns gives, and of the length', () => {
  const { properties } = held.database.orm.getMetadata(CallLog);
  for (const { field, sql, maxLength } of STORED) {
    // A call's group can be asked for by its number and as an object.
    if (field === 'groupId') continue;
    expect(properties[field].fieldNames).toEqual([sql]);
    if (maxLength !== undefined) expect(properties[field].length).toBe(maxLength);
  }
});

test('every field of a call stands in the table of columns with its type, but for the group, and no other does', async () => {
  const { group, ...fields } = fieldsOf(await createSchema(), 'CallLog');
  expect(group).toBe('Group');
  expect(
    Object.fromEntries(
      CALL_LOG_FIELDS.map(({ field, kind, nullable }) => [field, OUTPUT_TYPES[kind] + (nullable ? '' : '!')]),
    ),
  ).toEqual(fields);
});

test('every field of CallLogFilter that is about one value is one that the table says is filtered', async () => {
  const { text, and, or, not, ...fields } = fieldsOf(await createSchema(), 'CallLogFilter');
  expect([text, and, or, not]).not.toContain(undefined);
  expect(
    Object.fromEntries(
      CALL_LOG_FIELDS.filter(({ filtered }) => filtered).map(({ field, kind }) => [
        field,
        FILTER_TYPES[kind],
      ]),
    ),
  ).toEqual(fields);
});

test('every field of RecordCallLogInput but the idempotency key is one that the table says is recorded', async () => {
  const type = (await createSchema()).getType('RecordCallLogInput');
  if (!isInputObjectType(type)) throw new Error('There is no type RecordCallLogInput.');
  const { idempotencyKey, ...fields } = type.getFields();
  expect(idempotencyKey).toBeDefined();
  expect(
    Object.fromEntries(
      CALL_LOG_FIELDS.flatMap(({ field, kind, recorded }) =>
        recorded === undefined ? [] : [[field, [OUTPUT_TYPES[kind], recorded]]],
      ),
    ),
  ).toEqual(
    Object.fromEntries(
      Object.values(fields).map((field) => [
        field.name,
        [getNamedType(field.type).name, isRequiredInputField(field) ? 'required' : 'optional'],
      ]),
    ),
  );
});

test('the bodies are the fields that cost extra', async () => {
  const type = (await createSchema()).getType('CallLog');
  if (!isObjectType(type)) throw new Error('There is no type CallLog.');
  const bodies = CALL_LOG_FIELDS.filter(({ isBody }) => isBody).map(({ field }) => field);
  const costly = Object.values(type.getFields()).filter(({ extensions }) => extensions['cost'] !== undefined);
  expect(costly.map(({ name }) => name).sort()).toEqual([...bodies].sort());
});

test('the deltas of usage have a column for each cell', () => {
  const ofDeltas = new Set(
    Object.values(held.database.orm.getMetadata(UsageDelta).properties).flatMap(
      ({ fieldNames }) => fieldNames,
    ),
  );
  const cells = CALL_LOG_FIELDS.flatMap(({ cell }) => (cell === undefined ? [] : [cell]));
  expect(cells.filter((cell) => !ofDeltas.has(cell))).toEqual([]);
  expect(cells).toHaveLength(4);
});

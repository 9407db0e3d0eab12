import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { isInputObjectType, isObjectType, type GraphQLSchema } from 'graphql';
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { API_USE, printApiUse, type ApiUse } from '../../src/consistency/api-use.js';
import { createSchema } from '../../src/schema.js';
import { trace, useOf } from './tracing.js';

let schema: GraphQLSchema;
let use: ApiUse;

beforeAll(async () => {
  schema = await createSchema();
  use = await trace(schema);
});

test('api-use.json is what the tracing finds; "npm run api-use" writes it anew', async () => {
  const kept = await readFile(new URL('../../src/consistency/api-use.json', import.meta.url), 'utf8');
  expect(kept).toBe(printApiUse(use));
  expect(API_USE).toEqual(use);
});

const LOG = 'llm_call_logs';
const camelCase = (column: string) => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const columnsOf = (table: string) => [...(use.tables.get(table)?.columns.keys() ?? [])].sort();
const rootOf = (table: string, field: string) =>
  use.tables.get(table)?.roots.find((root) => root.field === field);
const readersOf = (field: string) =>
  [...use.tables].flatMap(([table, { columns }]) =>
    [...columns].filter(([, { readBy }]) => readBy.includes(field)).map(([column]) => `${table}.${column}`),
  );

/** Columns that usage can be filtered by without looking at calls. */
const ROLLED_UP = ['status', 'group_id', 'config_id'];
const inCells = (column: string) =>
  ['llm_usage_deltas', 'llm_usage_slices'].map((table) => `${table}.${column}`);

describe('the log of calls', () => {
  test('has each of its columns read by the field of its name', () => {
    expect(columnsOf(LOG)).toHaveLength(16);
    for (const column of columnsOf(LOG)) {
      expect(useOf(use, LOG, column).readBy).toContain(`CallLog.${camelCase(column)}`);
    }
  });

  test('has all columns written by each mutation that records, and by no other field', () => {
    const recording = ['Mutation.recordCallLog', 'Mutation.recordCallLogs', 'Mutation.recordProxyCallLog'];
    for (const column of columnsOf(LOG)) expect(useOf(use, LOG, column).writtenBy).toEqual(recording);
    for (const field of recording) expect(rootOf(LOG, field)?.writes).toEqual(columnsOf(LOG));
  });

  test('can be read whole under Query.callLogs, which writes nothing', () => {
    expect(rootOf(LOG, 'Query.callLogs')).toEqual({
      field: 'Query.callLogs',
      reads: columnsOf(LOG),
      writes: [],
    });
  });

  test('is filtered by the columns that the fields of the filter are named after', () => {
    const filter = schema.getType('CallLogFilter');
    const fields = isInputObjectType(filter) ? Object.keys(filter.getFields()) : [];
    // A bounded time decides where else usage is looked up.
    expect(readersOf('CallLogFilter.callTime')).toContain(`${LOG}.call_time`);
    const named = columnsOf(LOG).filter((name) => name !== 'call_time');
    for (const field of fields.filter((name) => named.map(camelCase).includes(name))) {
      const [column] = columnsOf(LOG).filter((name) => camelCase(name) === field);
      const rolledUp = ROLLED_UP.filter((one) => one === column).flatMap(inCells);
      expect(readersOf(`CallLogFilter.${field}`).sort()).toEqual([`${LOG}.${column}`, ...rolledUp]);
    }
    expect(readersOf('CallLogFilter.model').sort()).toEqual([
      `${LOG}.request_params`,
      `${LOG}.response_data`,
      ...inCells('model'),
    ]);
    expect(readersOf('CallLogFilter.text').sort()).toEqual([
      `${LOG}.request_messages`,
      `${LOG}.response_content`,
      `${LOG}.response_data`,
    ]);
  });

  test('gives a call its model from two columns', () => {
    expect(readersOf('CallLog.model').sort()).toEqual([`${LOG}.request_params`, `${LOG}.response_data`]);
  });

  test('is sorted by the columns of its orders', () => {
    expect(readersOf('Query.callLogs').sort()).toEqual([`${LOG}.duration_ms`, `${LOG}.tokens_used`]);
  });
});

describe('the provider key', () => {
  test('is read for its hint and its fingerprint, is written by rotation, and is served by one field', () => {
    expect(useOf(use, 'llm_configs', 'api_key')).toEqual({
      readBy: [
        'LlmConfig.apiKeyFingerprint',
        'LlmConfig.apiKeyHint',
        'Mutation.rotateApiKey',
        'Query.llmConfig',
        'Query.openAIApiKey',
      ],
      writtenBy: ['Mutation.rotateApiKey'],
      servedBy: ['Query.openAIApiKey'],
    });
  });

  test('has its rotations written by nothing but rotation', () => {
    const written = columnsOf('llm_key_rotations').filter((column) => column !== 'id');
    for (const column of written) {
      expect(useOf(use, 'llm_key_rotations', column).writtenBy).toEqual(['Mutation.rotateApiKey']);
    }
  });

  test('leaves the secrets of the server to nobody', () => {
    for (const column of columnsOf('llm_server_secrets')) {
      expect(useOf(use, 'llm_server_secrets', column)).toEqual({ readBy: [], writtenBy: [], servedBy: [] });
    }
    expect(use.tables.get('llm_server_secrets')?.roots).toEqual([]);
  });
});

describe('usage', () => {
  test('reads what it adds up, and breaks down by', () => {
    expect(readersOf('UsageTotals.tokensUsed')).toEqual([`${LOG}.tokens_used`]);
    expect(readersOf('UsageTotals.errorRate')).toContain(`${LOG}.status`);
    expect(readersOf('UsageTotals.durationMsPercentile')).toContain(`${LOG}.duration_ms`);
    expect(readersOf('Usage.byGroup')).toEqual(
      expect.arrayContaining(['groups.id', 'groups.name', `${LOG}.group_id`]),
    );
    expect(readersOf('Usage.byActivationCode')).toContain(`${LOG}.activation_code`);
  });

  test('of a group reads which group a call is of', () => {
    expect(readersOf('Group.usage').sort()).toEqual(['groups.id', `${LOG}.group_id`, ...inCells('group_id')]);
  });

  test('hands out no sum as if it were the value of a call', () => {
    expect(useOf(use, LOG, 'tokens_used').servedBy).toEqual(['CallLog.tokensUsed']);
  });
});

describe('the API', () => {
  test('touches the tables of its entities and no others', () => {
    expect([...use.tables.keys()].sort()).toEqual([
      'groups',
      'llm_access_tokens',
      'llm_call_log_idempotency_keys',
      LOG,
      'llm_configs',
      'llm_key_rotations',
      'llm_server_secrets',
      'llm_usage_deltas',
      'llm_usage_rollups',
      'llm_usage_slices',
      'llm_usage_state',
    ]);
  });

  test('sends no statement that cannot be read, and has no field without a column', () => {
    expect(use.unparsed).toEqual([]);
    expect(use.fieldsWithoutColumn).toEqual([]);
  });

  test('uses the database in every field of Query and Mutation but the check itself and viewer', () => {
    const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
    );
    const used = new Set([...use.tables.values()].flatMap((table) => table.roots.map(({ field }) => field)));
    expect(roots.filter((field) => !used.has(field)).sort()).toEqual(['Query.consistency', 'Query.viewer']);
  });

  test('keeps the keys that make a repeat harmless when it records, and at no other time', () => {
    const recording = ['Mutation.recordCallLog', 'Mutation.recordCallLogs', 'Mutation.recordProxyCallLog'];
    const table = 'llm_call_log_idempotency_keys';
    for (const column of columnsOf(table)) {
      const { readBy, writtenBy } = useOf(use, table, column);
      expect(readBy).toContain('RecordCallLogInput.idempotencyKey');
      expect(writtenBy).toEqual(recording);
    }
    expect(use.tables.get(table)?.roots.map(({ field }) => field)).toEqual(recording);
    // A repeat is answered with the number of the call that was recorded first.
    expect(useOf(use, table, 'call_log_id').servedBy).toEqual(['CallLog.id']);
  });
});

test('finding it out connects to nothing', async () => {
  const connect = jest.spyOn(Socket.prototype, 'connect');
  expect(await trace(schema)).toEqual(use);
  expect(connect).not.toHaveBeenCalled();
});

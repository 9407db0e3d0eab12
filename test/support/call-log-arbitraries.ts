import fc from 'fast-check';
import type { ModelFilter, ModelRow } from './call-log-model.js';

/** Texts that a careless LIKE, escape or collation would get wrong. */
const word = fc.constantFrom(
  ...[
    'a',
    'B',
    'ab',
    '%',
    '_',
    '\\',
    "'",
    '"',
    "''",
    '100%',
    'a_b',
    '日本',
    '語',
    '🙂',
    'É',
    'é',
    ' ',
    '\n',
    'user',
  ],
);
const text = fc.array(word, { maxLength: 3 }).map((words) => words.join(''));
const code = fc.oneof(
  fc.constantFrom('A1', 'a1', 'B2%', "q'uote", '日本'),
  text.map((t) => t.slice(0, 8)),
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 });
const tokens = fc.constantFrom(0, 1, 2, 3, 10, 1000, 2 ** 31 - 1);
const duration = fc.constantFrom(0, 1, 5, 250, 1000, 86_400_000);
const groupId = fc.constantFrom(1, 2, 3);
const configId = fc.constantFrom(1, 2);

/** Moments around daylight-saving changes of 2024 in Europe and on Lord Howe Island, to the microsecond, and not
 * too far apart for a series by the hour. */
const time = fc
  .record({
    day: fc.constantFrom('2024-04-06', '2024-07-01', '2024-10-05', '2024-10-06', '2024-10-26', '2024-10-27'),
    second: fc.integer({ min: 0, max: 86_399 }),
    micro: fc.constantFrom('000000', '000001', '500000', '999999'),
  })
  .map(({ day, second, micro }) => {
    const clock = new Date(second * 1000).toISOString().slice(11, 19);
    return `${day}T${clock}.${micro}Z`;
  });

const params = fc.record(
  { model: fc.constantFrom<unknown>('gpt-x', 'gpt-y', null, 7), temperature: fc.constantFrom(0, 1) },
  { requiredKeys: [] },
);
const messages = fc.oneof(
  fc.array(fc.record({ role: fc.constantFrom('user', 'system'), content: text }), { maxLength: 2 }),
  text,
  fc.record({ parts: fc.array(fc.oneof(text, fc.record({ type: fc.constant('text'), text }))) }),
);

const row: fc.Arbitrary<Omit<ModelRow, 'id'>> = fc.record({
  configId: orNull(configId),
  templateId: orNull(fc.constantFrom(1, 2)),
  groupId: orNull(groupId),
  activationCode: orNull(code),
  requestMessages: messages,
  requestParams: orNull<unknown>(fc.oneof(params, fc.constant([1]))),
  responseContent: orNull(text),
  responseData: orNull<unknown>(fc.oneof(params, fc.record({ choices: fc.array(text, { maxLength: 2 }) }))),
  status: fc.constantFrom('success', 'error'),
  errorMessage: orNull(text),
  tokensUsed: orNull(tokens),
  promptTokens: orNull(tokens),
  completionTokens: orNull(tokens),
  callTime: time,
  durationMs: orNull(duration),
});

/** Rows with ids from 1. */
export const rows = fc
  .array(row, { maxLength: 40 })
  .map((made) => made.map((values, index) => ({ id: String(index + 1), ...values })));

function operators(value: fc.Arbitrary<string | number>, ...extra: ('order' | 'text')[]) {
  const conditions: Record<string, fc.Arbitrary<unknown>> = {
    eq: value,
    ne: value,
    in: fc.array(value, { maxLength: 3 }),
    isNull: fc.boolean(),
  };
  if (!extra.includes('order')) conditions['notIn'] = fc.array(value, { maxLength: 3 });
  if (extra.includes('order')) for (const name of ['gt', 'gte', 'lt', 'lte']) conditions[name] = value;
  if (extra.includes('text')) for (const name of ['startsWith', 'contains']) conditions[name] = text;
  return fc
    .record(conditions, { requiredKeys: [] })
    .filter((made) => Object.keys(made).length > 0 && Object.keys(made).length < 4);
}

const status = fc.constantFrom('SUCCESS', 'ERROR');
const range = fc
  .record({ from: time, to: time }, { requiredKeys: [] })
  .filter(
    ({ from, to }) => (from ?? to) !== undefined && (from === undefined || to === undefined || from < to),
  );

const fields: Record<string, fc.Arbitrary<unknown>> = {
  id: operators(fc.integer({ min: 1, max: 40 }).map(String)),
  status: fc.oneof(fc.record({ eq: status }), fc.record({ ne: status }), fc.record({ in: fc.array(status) })),
  groupId: operators(groupId.map(String)),
  configId: operators(configId.map(String)),
  templateId: operators(fc.constantFrom('1', '2')),
  activationCode: operators(code, 'text'),
  model: operators(fc.constantFrom('gpt-x', 'gpt-y', '7'), 'text'),
  errorMessage: operators(text, 'text'),
  tokensUsed: operators(tokens, 'order'),
  promptTokens: operators(tokens, 'order'),
  completionTokens: operators(tokens, 'order'),
  durationMs: operators(duration, 'order'),
  callTime: range,
  text,
  requestParams: params,
};

const oneField = fc
  .constantFrom(...Object.keys(fields))
  .chain((name) => (fields[name] ?? fc.constant({})).map((condition) => ({ [name]: condition })));

/** Filters of up to a few fields, nested up to three deep. */
export const filter: fc.Arbitrary<ModelFilter> = fc.letrec<{ filter: ModelFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    oneField,
    fc.tuple(oneField, oneField).map(([one, other]) => ({ ...one, ...other })),
    fc
      .tuple(oneField, fc.array(tie('filter'), { minLength: 1, maxLength: 2 }))
      .map(([one, and]) => ({ ...one, and })),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
    tie('filter').map((not) => ({ not })),
  ),
})).filter;

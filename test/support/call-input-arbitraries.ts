import fc from 'fast-check';
import { storable } from './storable.js';

const character = fc.oneof(
  fc.constantFrom(
    '\0',
    '\uD800',
    '\uDFFF',
    '\uFFFD',
    '\\',
    '\\u0000',
    '\\ud800',
    '"',
    "'",
    '\u2028',
    '\n',
    '🙂',
    '数',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const text = fc.array(character, { maxLength: 8 }).map((characters) => characters.join(''));
const key = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '', 'model', '\0'),
  },
  // Without backslashes: once V8 of Node 24 has parsed {"a":1,"\\":2}, it takes {"a":1,"\n":2} for that, here as there.
  { weight: 2, arbitrary: text.map((name) => name.replaceAll('\\', '')) },
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    Number.MAX_SAFE_INTEGER,
    0.1,
    -0,
    1e21,
  ),
);
const json = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(text, number, fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 3, selector: ([name]) => storable(name) })
    .map(
      (members) =>
        JSON.parse(
          `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`,
        ) as unknown,
    ),
})).value;

const int32 = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 31 - 1));
const id = fc.oneof(fc.nat(), fc.constant(2 ** 31 - 1)).map(String);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const time = fc
  .date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());

/** Calls to record, for groups 1 and 2, with texts and JSON that are hard to keep. */
export const call = fc.record({
  configId: orNull(id),
  templateId: orNull(id),
  groupId: orNull(fc.constantFrom('1', '2')),
  activationCode: orNull(text.map((whole) => Array.from(whole).slice(0, 32).join(''))),
  requestMessages: json.filter((value) => value !== null),
  requestParams: orNull(json),
  responseContent: orNull(text),
  responseData: orNull(json),
  status: fc.constantFrom('SUCCESS', 'ERROR'),
  errorMessage: orNull(text),
  tokensUsed: int32,
  promptTokens: orNull(int32),
  completionTokens: orNull(int32),
  callTime: time,
  durationMs: orNull(int32),
});

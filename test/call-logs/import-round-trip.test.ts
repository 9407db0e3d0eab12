import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { useTestDatabase } from '../support/database.js';
import { emptyTables, importText, storedCalls } from './importing.js';

const test = useTestDatabase();

/** Text as PostgreSQL stores it. */
const stored = (text: string) => text.replaceAll('\0', '\uFFFD').toWellFormed();

function storedJson(value: unknown): unknown {
  if (typeof value === 'string') return stored(value);
  if (Array.isArray(value)) return value.map(storedJson);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [stored(key), storedJson(part)]));
}

const text = fc.string({
  unit: fc.oneof(fc.constantFrom('\0', '\ud800', '\t', '\\', '\n', '"', '語'), fc.string()),
  maxLength: 20,
});
const count = fc.option(fc.nat(1_000_000));
const json = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });

const call = fc.record({
  status: fc.constantFrom('success', 'error'),
  requestMessages: json.filter((value) => value !== null),
  requestParams: json,
  responseContent: fc.option(text),
  responseData: json,
  errorMessage: fc.option(text),
  activationCode: fc.option(fc.string({ unit: 'grapheme', maxLength: 5 })),
  group: fc.option(fc.constantFrom('a', '組', 'c\td')),
  promptTokens: count,
  completionTokens: count,
  durationMs: count,
  callTime: fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
});

it('any calls written as JSON Lines are the same calls in the table', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 20 }), async (calls) => {
      await emptyTables(test.database);
      const lines = calls.map((line) => `${JSON.stringify(line)}\n`).join('');
      expect(await importText(test.url, 'calls.jsonl', lines)).toMatchObject({
        rows: calls.length,
        rejected: 0,
      });
      const expected = calls.map((line) => ({
        group: line.group,
        activation_code: line.activationCode,
        request_messages: storedJson(line.requestMessages),
        request_params: storedJson(line.requestParams),
        response_content: line.responseContent && stored(line.responseContent),
        response_data: storedJson(line.responseData),
        status: line.status,
        error_message: line.errorMessage && stored(line.errorMessage),
        tokens_used:
          line.promptTokens === null || line.completionTokens === null
            ? null
            : line.promptTokens + line.completionTokens,
        prompt_tokens: line.promptTokens,
        completion_tokens: line.completionTokens,
        call_time: line.callTime
          .toISOString()
          .replace('T', ' ')
          .replace(/\.?0*Z$/, ''),
        duration_ms: line.durationMs,
      }));
      expect(await storedCalls(test.database)).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

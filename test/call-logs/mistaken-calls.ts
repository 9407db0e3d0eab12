const HUGE = '9'.repeat(30);

/** Every kind of mistake in one call, with the field that it is in and what is said of it. */
export const MISTAKES: [string, Record<string, unknown>, string, RegExp][] = [
  ['an unknown group', { groupId: '99' }, 'groupId', /there is no group 99/],
  ['a group number beyond 32 bits', { groupId: '2147483648' }, 'groupId', /at most 2147483647/],
  ['a group number beyond 64 bits', { groupId: HUGE }, 'groupId', /64 bits/],
  ['a group that is no number', { groupId: 'one' }, 'groupId', /whole number/],
  ['a negative group number', { groupId: '-1' }, 'groupId', /whole number/],
  ['a config number beyond 32 bits', { configId: '2147483648' }, 'configId', /at most 2147483647/],
  ['a template that is no number', { templateId: '1.5' }, 'templateId', /whole number/],
  ['an activation code of 33 characters', { activationCode: 'x'.repeat(33) }, 'activationCode', /at most 32/],
  [
    'an activation code of 33 ideographs',
    { activationCode: '数'.repeat(33) },
    'activationCode',
    /at most 32/,
  ],
  ['negative tokens', { tokensUsed: -1 }, 'tokensUsed', /0 or more, not -1/],
  ['negative prompt tokens', { promptTokens: -1 }, 'promptTokens', /0 or more/],
  ['negative completion tokens', { completionTokens: -7 }, 'completionTokens', /0 or more/],
  ['a negative duration', { durationMs: -1 }, 'durationMs', /0 or more/],
  ['a sum of tokens beyond 32 bits', { promptTokens: 2 ** 31 - 1, completionTokens: 1 }, 'tokensUsed', /sum/],
  ['an empty idempotency key', { idempotencyKey: '' }, 'idempotencyKey', /1 to 255/],
  ['an idempotency key of 256 characters', { idempotencyKey: 'k'.repeat(256) }, 'idempotencyKey', /1 to 255/],
  ['messages nested 201 levels deep', { requestMessages: nested(201) }, 'requestMessages', /200 levels/],
];

/** Lists and objects inside one another, so many levels deep. */
export function nested(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}

/** How an answer names a field of the call at `at`. */
export function placeOf(field: string, at: string): string {
  return field === '' ? at : `${at}.${field}`;
}

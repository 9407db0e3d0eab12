import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redactorOf } from './redacting.js';

const KEY = 'sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8';
const redactor = redactorOf();
const redactText = (text: string) => redactor.begin().text(text);
const redactValue = (value: unknown): unknown => JSON.parse(redactor.begin().json(JSON.stringify(value)));

describe('a text', () => {
  test.each([
    [
      `Incorrect API key provided: ${KEY}. See`,
      'Incorrect API key provided: [redacted: openai key …7Op8]. See',
    ],
    ['sk-0123456789abcdef0123456789abcdef', '[redacted: deepseek key …cdef]'],
    [`Authorization: Bearer ${KEY}`, 'Authorization: Bearer [redacted: openai key …7Op8]'],
    ['Authorization: Basic dXNlcjpw', 'Authorization: Basic [redacted: authorization]'],
    ['authorization=abc', 'authorization=[redacted: authorization]'],
    ["-H 'x-api-key: swordfish1'", "-H 'x-api-key: [redacted: api key]'"],
    ['sent Bearer 0123456789abcdef0', 'sent Bearer [redacted: authorization]'],
    ['api_key=abc&model=x', 'api_key=[redacted: api key]&model=x'],
    ['https://h/v1?key=abc&x=1', 'https://h/v1?key=[redacted: api key]&x=1'],
    ['MISTRAL_API_KEY=abc', 'MISTRAL_API_KEY=[redacted: mistral key]'],
    ["{'password': 'it is \"me\"', 'x': 1}", "{'password': '[redacted: password]\"me\"', 'x': 1}"],
    [
      'password=$wordfish "password": "$ecret"',
      'password=[redacted: password] "password": "[redacted: password]"',
    ],
    ['password: swordfish', 'password: [redacted: password]'],
    ['postgres://app:p@ss@host/db', 'postgres://app:[redacted: password]@host/db'],
    ['say:\nghp_0123456789abcdefghijABCDEFGHIJ012345\n', 'say:\n[redacted: github token …2345]\n'],
    ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nend', '[redacted: private key]\nend'],
    ['-----BEGIN PRIVATE KEY-----\nabc', '[redacted: private key]'],
    ['lcl_' + 'a1'.repeat(21) + 'b', '[redacted: llm-call-log token …1a1b]'],
    ['eyJhbGciOiJI.eyJzdWIiOiIx.abc_def', '[redacted: json web token …_def]'],
  ])('%j becomes %j', (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
    expect(redactText(redacted)).toBe(redacted);
  });

  test.each([
    'max_tokens=100, token_count: 5, tokens: 7, "max_tokens": "100"',
    'password: must have eight characters. The secret: patience.',
    'const password: string = props.password; api_key=api_key, api_key=os.environ["KEY"], apiKey: config.apiKey',
    'headers: { authorization: `Bearer ${apiKey}`, "x-api-key": "{{ api_key }}" }, password = "<your password>"',
    'say `password:` before a word, and `api_key=` before a key; secret: column?.isSecret ?? no',
    'api_key=$API_KEY api_key=$api_key https://u:${PASSWORD}@h https://u:$PASSWORD@h api_key=OPENAI_API_KEY password=getPassword() key: value',
    'from sk-learn-pipeline-steps-and-more import the-very-long-name-of-a-thing-2',
    'commit 9c77a7b20f28709b251a4085ce1aa08f91215139, 123e4567-e89b-12d3-a456-426614174000',
    'https://example.com:8080/a@b, mailto:me@example.com, git@github.com:a/b.git',
    `data:image/png;base64,AIza${'Sy'.repeat(20)}/AKIAABCDEFGHIJKLMNOP`,
    '',
  ])('%j stays', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('JSON', () => {
  test('values of names that hold secrets are replaced whatever they look like, also in lists and escaped JSON', () => {
    const escaped = (levels: number): string =>
      levels === 0
        ? JSON.stringify({ 'api-key': 'a "b" \\', z: 1 })
        : JSON.stringify({ in: escaped(levels - 1) });
    const replaced = (levels: number): string =>
      levels === 0
        ? JSON.stringify({ 'api-key': '[redacted: api key]', z: 1 })
        : JSON.stringify({ in: replaced(levels - 1) });
    expect(
      redactValue({
        apiKey: 'x',
        client_secret: 'a\nb',
        headers: { Authorization: ['Bearer a', 'b'], 'X-Api-Key': 'c' },
        list: [{ name: 'x-api-key', value: 'd' }],
        once: escaped(0),
        twice: escaped(1),
        thrice: escaped(2),
      }),
    ).toEqual({
      apiKey: '[redacted: api key]',
      client_secret: '[redacted: secret]',
      headers: {
        Authorization: ['Bearer [redacted: authorization]', '[redacted: authorization]'],
        'X-Api-Key': '[redacted: api key]',
      },
      list: [{ name: 'x-api-key', value: '[redacted: api key]' }],
      once: replaced(0),
      twice: replaced(1),
      thrice: replaced(2),
    });
  });

  test.each([
    { api_key: null, password: 5, secret: true, access_token: '', authorization: {} },
    {
      max_tokens: '100',
      tokens: ['a'],
      token_count: 3,
      key: 'value',
      next_page_token: 'CAUQAA1234567890abcdef',
    },
    { properties: { password: { type: 'string' } }, required: ['password', 'authorization', 'email'] },
    { logprobs: [{ token: 'Hello', logprob: -0.1, bytes: [72] }], id: 'chatcmpl-9abcDEFghiJKLmno12' },
    { forgotPassword: 'Forgot your password?', api_key: '[redacted: api key]' },
  ])('%j stays', (value) => {
    expect(redactValue(value)).toEqual(value);
  });

  test('a name that is a key is replaced like a value', () => {
    expect(redactValue({ [KEY]: 1 })).toEqual({ '[redacted: openai key …7Op8]': 1 });
  });

  test('any JSON stays JSON: what is redacted is names and strings, and nothing is redacted twice', () => {
    const pieces = fc.constantFrom(
      ...[
        '"',
        '\\',
        '\\"',
        '\n',
        "'",
        '{"password":"',
        'api_key=',
        'Authorization: Bearer ',
        '://u:',
        '@h',
        ` ${KEY} `,
        ' ',
      ],
      ...[
        '-----BEGIN PRIVATE KEY-----',
        '-----END PRIVATE KEY-----',
        '[redacted: ',
        ']',
        'password: ',
        '=',
        ':',
        ',',
      ],
    );
    const text = fc
      .array(fc.oneof(pieces, fc.string({ unit: 'grapheme', maxLength: 5 })), { maxLength: 12 })
      .map((all) => all.join(''));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.constantFrom(1.5, -1e300, true, null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          fc.oneof(text, fc.constantFrom('password', 'x-api-key', 'name', 'value')),
          tie('value'),
          { maxKeys: 4 },
        ),
        tie('value').map((inner) => JSON.stringify(inner)),
      ),
    }));
    const shapeOf = (one: unknown): unknown =>
      Array.isArray(one)
        ? one.map(shapeOf)
        : typeof one === 'object' && one !== null
          ? Object.values(one).map(shapeOf)
          : typeof one === 'string'
            ? 'a string'
            : one;
    fc.assert(
      fc.property(value, (given) => {
        const json = JSON.stringify(given);
        const redacted = redactor.begin().json(json);
        // Two names may have become one.
        const names = (redacted.match(/\[redacted/g) ?? []).length;
        if (names === 0) expect(redacted).toBe(json);
        else if (!/\[redacted[^"]*\]"\s*:/.test(redacted)) {
          expect(shapeOf(JSON.parse(redacted))).toEqual(shapeOf(given));
        } else JSON.parse(redacted);
        expect(redactor.begin().json(redacted)).toBe(redacted);
        expect(redacted).not.toContain(KEY);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('known keys', () => {
  const known = redactorOf(['swordfish-key', 'sk-first-key-0001', 'a+b/c.d~1234567=']);

  test.each([
    ['key swordfish-key.', 'key [redacted: provider key].'],
    ['x/sk-first-key-0001/y', 'x/[redacted: provider key …0001]/y'],
    ['\\nsk-first-key-0001', '\\n[redacted: provider key …0001]'],
    ['?k=a+b/c.d~1234567=&', '?k=[redacted: provider key …567=]&'],
    ['%20sk-first-key-0001', '%20[redacted: provider key …0001]'],
  ])('%j becomes %j', (text, redacted) => {
    expect(known.begin().text(text)).toBe(redacted);
  });

  test('one that has only its fingerprint in common with nothing stays', () => {
    expect(known.begin().text('sk-other-key-0001 swordfish-kez')).toBe('sk-other-key-0001 swordfish-kez');
  });
});

test('a pattern of the operator replaces its match or its named group, in strings and names, and leaves markers alone', () => {
  const own = redactorOf([], 'EMP-\\d{4} staff:(?<staff_number>"?\\d+) redacted');
  const redaction = own.begin();
  expect(redaction.text('EMP-0001 and staff:77, redacted')).toBe(
    '[redacted: own pattern] and staff:[redacted: staff number], [redacted: own pattern]',
  );
  expect(redaction.json('{"EMP-0001":"say \\"EMP-0002\\"","n":1.50}')).toBe(
    '{"[redacted: own pattern]":"say \\"[redacted: own pattern]\\"","n":1.50}',
  );
  expect(redaction.replaced).toBe(5);
  expect(own.replaced).toEqual(
    new Map([
      ['own pattern', 4],
      ['staff number', 1],
    ]),
  );
});

test('a marker that would make a text too long gives way to a short one', () => {
  expect(redactor.begin().text('password=a', 25)).toBe('[redacted]');
  expect(redactor.begin().text('a'.repeat(30), 25)).toBe('a'.repeat(30));
});

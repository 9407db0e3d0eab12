import { expect, test } from '@jest/globals';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import fc from 'fast-check';
import { redactorOf } from './redacting.js';

const RULES = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }];

/** What secretlint takes for a secret in a text. */
async function secretsIn(content: string): Promise<string[]> {
  const source = { filePath: '/text.txt', ext: '.txt', content, contentType: 'text' as const };
  const { messages } = await lintSource({ source, options: { config: { rules: RULES } } });
  return messages.map(({ range }) => content.slice(...range));
}

const drawn = (characters: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...characters.split('')), minLength: length, maxLength: length });
const DIGITS = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ALPHANUMERIC = LETTERS + DIGITS;
const BASE64 = `${ALPHANUMERIC}+/`;

const keyOf = (prefix: string, length: number, characters = ALPHANUMERIC, suffix = '') =>
  drawn(characters, length).map((key) => prefix + key + suffix);

const KEYS: Record<string, fc.Arbitrary<string>> = {
  anthropic: keyOf('sk-ant-api03-', 93, ALPHANUMERIC, 'AA'),
  openai: fc
    .tuple(drawn(ALPHANUMERIC, 20), drawn(ALPHANUMERIC, 20))
    .map(([one, other]) => `sk-${one}T3BlbkFJ${other}`),
  'openai project': fc
    .tuple(fc.constantFrom('proj', 'svcacct', 'admin'), drawn(ALPHANUMERIC, 74), drawn(ALPHANUMERIC, 74))
    .map(([kind, one, other]) => `sk-${kind}-${one}T3BlbkFJ${other}`),
  groq: keyOf('gsk_', 52),
  huggingface: keyOf('hf_', 34, LETTERS),
  github: fc.constantFrom('ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_').chain((prefix) => keyOf(prefix, 36)),
  'github fine-grained': keyOf('github_pat_', 82),
  gitlab: keyOf('glpat-', 20),
  slack: fc.tuple(drawn(DIGITS, 12), drawn(ALPHANUMERIC, 24)).map(([team, key]) => `xoxb-${team}-${key}`),
  'slack webhook': fc
    .tuple(drawn(ALPHANUMERIC, 8), drawn(ALPHANUMERIC, 10), drawn(ALPHANUMERIC, 24))
    .map(([team, bot, key]) => `https://hooks.slack.com/services/T${team}/B${bot}/${key}`),
  stripe: fc.constantFrom('sk_live_', 'rk_live_').chain((prefix) => keyOf(prefix, 24)),
  sendgrid: fc
    .tuple(drawn(ALPHANUMERIC, 22), drawn(ALPHANUMERIC, 43))
    .map(([one, other]) => `SG.${one}.${other}`),
  npm: keyOf('npm_', 36),
  shopify: keyOf('shpat_', 32),
  linear: keyOf('lin_api_', 40),
  notion: fc.tuple(drawn(DIGITS, 11), drawn(ALPHANUMERIC, 35)).map(([one, other]) => `ntn_${one}${other}`),
  figma: keyOf('figd_', 40),
  docker: keyOf('dckr_pat_', 27),
  databricks: keyOf('dapi', 32, '0123456789abcdef'),
  vault: keyOf('hvs.', 95),
  vercel: keyOf('vcp_', 24),
  cloudflare: fc
    .tuple(drawn(ALPHANUMERIC, 40), drawn('0123456789abcdef', 8))
    .map(([one, other]) => `cfut_${one}${other}`),
  tailscale: fc
    .tuple(drawn(ALPHANUMERIC, 16), drawn(ALPHANUMERIC, 32))
    .map(([one, other]) => `tskey-auth-${one}-${other}`),
  grafana: fc
    .tuple(drawn(ALPHANUMERIC, 32), drawn('0123456789abcdef', 8))
    .map(([one, other]) => `glsa_${one}_${other}`),
  'aws secret': keyOf('aws_secret_access_key = ', 40, BASE64),
  'password in a URL': keyOf('https://somebody:', 20, ALPHANUMERIC, '@files.acme.io/x'),
  'database password': keyOf('postgres://app:', 20, ALPHANUMERIC, '@db.acme.io:5432/app'),
  'private key': drawn(BASE64, 400).map(
    (key) => `-----BEGIN RSA PRIVATE KEY-----\nMI${key}\n-----END RSA PRIVATE KEY-----`,
  ),
};

/** How a key gets into a text. */
const PLACES: ((key: string) => string)[] = [
  (key) => key,
  (key) => `Incorrect key provided: ${key}. Look at your settings.`,
  (key) => `export KEY=${key}\n`,
  (key) => `密钥是${key}，请保密`,
  (key) => `curl -H 'X-Key: ${key}' https://api.example.com/v1/models`,
  (key) => JSON.stringify({ content: `Here it is:\n${key}\nthanks` }),
  (key) => JSON.stringify([{ arguments: JSON.stringify({ note: key, other: 1 }) }], undefined, 2),
];

test.each(Object.entries(KEYS))(
  'what secretlint finds of %s is replaced wherever it stands',
  async (_, keys) => {
    const redactor = redactorOf();
    let found = 0;
    await fc.assert(
      fc.asyncProperty(keys, fc.constantFrom(...PLACES), async (key, place) => {
        const text = place(key);
        const secrets = await secretsIn(text);
        found += secrets.length;
        const redacted = redactor.begin().text(text);
        for (const secret of secrets) expect(redacted).not.toContain(secret);
        expect(await secretsIn(redacted)).toEqual([]);
        // The same within JSON, which stays JSON.
        const json = redactor.begin().json(JSON.stringify({ text }));
        const { text: within } = JSON.parse(json) as { text: string };
        for (const secret of secrets) expect(within).not.toContain(secret);
      }),
      { numRuns: 60 },
    );
    expect(found).toBeGreaterThan(0);
  },
);

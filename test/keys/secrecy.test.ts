import { expect, test } from '@jest/globals';
import { collectStatements } from '../support/statements.js';
import { AUDIT, CONFIG, ROTATE, useRotationServer } from './rotation-server.js';
import { bearer } from '../support/token.js';

const { server, rotate, llmConfig } = useRotationServer();

test('the key appears in no answer', async () => {
  const secret = 'sk-very-secret-part-a1b2';
  const bodies: string[] = [];
  const ask = async (query: string, variables?: object) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer() },
      body: JSON.stringify({ query, variables }),
    });
    bodies.push(await response.text());
  };
  await ask(ROTATE, { input: { newApiKey: secret } });
  await ask(ROTATE, { input: { newApiKey: secret } });
  await ask(ROTATE, { input: { newApiKey: `${secret}\n` } });
  await ask(ROTATE, { input: { newApiKey: secret, expectedFingerprint: 'another' } });
  await ask(ROTATE, { input: { newApiKey: [secret], reason: 'a list is no key' } });
  await ask(ROTATE, { input: { newApiKey: secret, colour: 'red' } });
  await ask(ROTATE, { input: { newApiKey: { key: secret } } });
  await ask(
    `mutation { rotateApiKey(input: { newApiKey: "${secret}", verify: "${secret}" }) { __typename } }`,
  );
  await ask('mutation ($key: String!) { rotateApiKey(input: { newApiKey: $key }) { __typename } }', {
    key: [secret],
  });
  await ask(`mutation { rotateApiKey(input: { newApiKey: ["${secret}"] }) { __typename } }`);
  await ask(`mutation { rotateApiKey(input: "${secret}") { __typename } }`);
  await ask(`mutation { rotateApiKey(input: ["${secret}"]) { __typename } }`);
  await ask(`mutation { rotateApiKey("${secret}") { __typename } }`);
  await ask(`mutation { rotateApiKey(input: { "newApiKey": "${secret}" }) { __typename } }`);
  await ask(`mutation { "${secret}" }`);
  await ask(ROTATE, { input: secret });
  await ask(ROTATE, { input: [{ newApiKey: secret }, secret] });
  await ask(`{ llmConfig { ${CONFIG} apiKey ${AUDIT} } }`);
  await ask(`{ llmConfig { ${CONFIG} ${AUDIT} } }`);
  expect(bodies.at(-1)).toContain('…a1b2');
  for (const body of bodies) {
    expect(body).not.toContain('very-secret-part');
  }
});

test('the key appears in no statement that the database could log', async () => {
  const statements = await collectStatements(async () => {
    await rotate('sk-very-secret-part-a1b2');
    await rotate('sk-very-secret-part-c3d4');
    await llmConfig();
  });
  expect(statements.filter((statement) => statement.includes('llm_configs'))).not.toEqual([]);
  expect(statements.filter((statement) => statement.includes('very-secret-part'))).toEqual([]);
});

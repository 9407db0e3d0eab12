import { expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { useTestServer } from '../support/server.js';
import { bearer } from '../support/token.js';

const server = useTestServer();

const audits = serverAudits({
  url: () => `${server.url}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(bearer())) headers.set(name, value);
    return fetch(url, { ...init, headers });
  },
});

test('there are as many audits as when they were last looked through', () => {
  expect(audits).toHaveLength(61);
});

// All of them hold: MUST, SHOULD and MAY.
test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
  '%s: %s',
  async (_id, _name, audit) => {
    expect(await audit.fn()).toMatchObject({ status: 'ok' });
  },
);

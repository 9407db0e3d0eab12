import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { useTestServer } from '../support/server.js';
import { bearer } from '../support/token.js';

const server = useTestServer(() => ({ http: { requestTimeout: 300 } }));

const SECRET = 'sk-proj-R3s1dueMark3r7Q2w9ZpL4x';

/** What comes back on a connection until the server closes it. */
async function answerTo(request: string): Promise<{ status: number; head: string; body: unknown }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  socket.on('error', () => undefined).write(request);
  await once(socket, 'close');
  const [head = '', body = ''] = heard.split('\r\n\r\n');
  expect(heard).not.toContain(SECRET);
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body) as unknown };
}

function refused(code: string) {
  return { errors: [{ message: expect.stringMatching(/^[A-Z].*\.$/), extensions: { code } }] };
}

describe('what comes to no address that there is', () => {
  test.each([
    ['GET', `/${SECRET}`],
    ['GET', `/graphql/${SECRET}`],
    ['GET', `/graphql/assets/${SECRET}`],
    ['GET', `/graphql/assets/..%2f${SECRET}`],
    ['GET', `/${SECRET}?key=${SECRET}`],
    ['POST', `/v1/${SECRET}/chat/completions`],
    ['DELETE', `/livez/${SECRET}`],
  ])('is answered in the form of errors, and not repeated: %s %s', async (method, path) => {
    const response = await fetch(server.url + path, {
      method,
      headers: bearer(),
      ...(method === 'POST' && { body: SECRET }),
    });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual(refused('NOT_FOUND'));
    response.headers.forEach((value) => {
      expect(value).not.toContain(SECRET);
    });
  });
});

describe('what is no HTTP', () => {
  const HEAD = `POST /graphql HTTP/1.1\r\nHost: x\r\nX-Key: ${SECRET}\r\n`;

  test.each([
    [
      'a path with a bad escape',
      `GET /%zz${SECRET} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      400,
      'BAD_REQUEST',
    ],
    [
      'a bad escape behind /graphql',
      `GET /graphql%zz${SECRET} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      400,
      'BAD_REQUEST',
    ],
    ['two lengths', `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`, 400, 'BAD_REQUEST'],
    ['no request line', `${SECRET}\r\n\r\n`, 400, 'BAD_REQUEST'],
    ['headers of 100 kB', `${HEAD}X-Long: ${'x'.repeat(100_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['headers that never end', HEAD, 408, 'REQUEST_TIMEOUT'],
    [
      'a body that never ends',
      `${HEAD}Authorization: ${bearer().authorization}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
      408,
      'REQUEST_TIMEOUT',
    ],
  ])('is answered in the form of errors, and not repeated: %s', async (_, request, status, code) => {
    const answer = await answerTo(request);
    expect(answer).toEqual({
      status,
      head: expect.stringMatching(/content-type: application\/json/i),
      body: refused(code),
    });
    expect(answer.head).toMatch(/connection: close/i);
  });

  test('a query string with a bad escape is one without a query', async () => {
    const response = await fetch(`${server.url}/graphql?%zz`, {
      headers: { 'apollo-require-preflight': '1', ...bearer() },
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual(refused('BAD_REQUEST'));
  });
});

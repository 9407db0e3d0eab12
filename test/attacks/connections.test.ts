import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { eventually } from '../support/eventually.js';
import { useTestServer, type TestServer } from '../support/server.js';
import { bearer } from '../support/token.js';

const REQUEST_TIMEOUT = 1000;
const server = useTestServer(() => ({ http: { requestTimeout: REQUEST_TIMEOUT } }));
/** Gives every request more time than a test has. */
const patient = useTestServer(() => ({ http: { requestTimeout: 300_000 } }));

interface Conversation {
  socket: Socket;
  heard: () => string;
  closed: Promise<unknown>;
}

async function open({ url } = server): Promise<Conversation> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  return { socket, heard: () => heard, closed };
}

const HEAD = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${bearer().authorization}\r\n`;
const QUERY = '{"query":"{ __typename }"}';
const COMPLETE = `${HEAD}Content-Length: ${QUERY.length}\r\n\r\n${QUERY}`;

/**
 * How many bytes a slow client may get rid of at most: ten times as many as it is expected to. On a busy machine it
 * writes no faster, so this holds there, too.
 */
const MAX_BYTES = 400;

/** Writes a byte of a text, or nothing, now and then until the other side has had enough, which it has to soon. */
async function dribble({ socket, closed }: Conversation, text = ''): Promise<void> {
  for (let written = 0; !socket.destroyed; written++) {
    expect(written).toBeLessThan(MAX_BYTES);
    socket.write(text[written % text.length] ?? '');
    await Promise.race([sleep(50), closed]);
  }
}

// A request that a busy machine takes a second to send is one that came too late.
afterEach(async () => {
  const { data } = await eventually(async () => {
    const answer = await server.send('{ __typename }');
    return answer.status !== 408 && answer;
  });
  expect(data).toEqual({ __typename: 'Query' });
});

/** Requests whose bodies do not come. */
async function openHundreds(server: TestServer): Promise<Conversation[]> {
  const conversations = await Promise.all(Array.from({ length: 300 }, () => open(server)));
  for (const { socket } of conversations) socket.write(`${HEAD}Content-Length: 100\r\n\r\n`);
  return conversations;
}

test('while hundreds of clients are slow, others are answered', async () => {
  const conversations = await openHundreds(patient);
  for (let asked = 0; asked < 5; asked++)
    expect(await patient.query('{ callLogs { totalCount } }')).toEqual({ callLogs: { totalCount: 0 } });
  expect(conversations.filter(({ socket }) => socket.destroyed)).toEqual([]);
  for (const { socket } of conversations) socket.destroy();
});

describe('a client that is slow on purpose is hung up on', () => {
  test('while it sends headers', async () => {
    const conversation = await open();
    conversation.socket.write(HEAD);
    await dribble(conversation, 'X-Slow: 1\r\n');
    expect(conversation.heard()).toMatch(/^HTTP\/1.1 408 /);
  });

  test('while it sends a body', async () => {
    const conversation = await open();
    conversation.socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n{"query":"`);
    await dribble(conversation, ' ');
    expect(conversation.heard()).toMatch(/^HTTP\/1.1 408 /);
  });

  test('while it sends a body in chunks', async () => {
    const conversation = await open();
    conversation.socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    await dribble(conversation, '1\r\n \r\n');
  });

  test('when it says nothing at all', async () => {
    await dribble(await open());
  });

  test('in hundreds, too', async () => {
    await Promise.all((await openHundreds(server)).map((conversation) => dribble(conversation)));
  });
});

describe('HTTP itself', () => {
  const answerTo = async (text: string) => {
    const { socket, heard, closed } = await open(patient);
    socket.end(text);
    await closed;
    return heard();
  };

  test.each([
    ['headers of a megabyte', `${HEAD}X-Long: ${'x'.repeat(1_000_000)}\r\n\r\n`, 431],
    ['ten thousand headers', `${HEAD}${'X-Many: 1\r\n'.repeat(10_000)}\r\n`, 431],
    [
      'an address of a megabyte',
      `GET /graphql?query=${'x'.repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
    ],
    ['two lengths', `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`, 400],
    ['a length and chunks', `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['a negative length', `${HEAD}Content-Length: -1\r\n\r\n`, 400],
    ['no HTTP', '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n', 400],
    ['a bad address', 'GET /graphql%ZZ HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ])('%s is refused', async (_, text, status) => {
    expect(await answerTo(text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test('a length of terabytes is refused without waiting for them', async () => {
    const { heard, closed, socket } = await open(patient);
    socket.write(`${HEAD}Content-Length: 9000000000000\r\n\r\n{`);
    await closed;
    expect(heard()).toMatch(/^HTTP\/1.1 413 /);
    expect(heard()).toContain('PAYLOAD_TOO_LARGE');
  });

  test('requests that are sent without waiting for answers are answered in their order', async () => {
    const answers = await answerTo(
      COMPLETE.repeat(200).replace(/\r\n\r\n(?!.*POST)/s, '\r\nConnection: close\r\n\r\n'),
    );
    expect(answers.match(/^HTTP\/1.1 200 /gm)).toHaveLength(200);
  });

  test('a body that unfolds to a gigabyte is not unfolded', async () => {
    const bytes = gzipSync(Buffer.alloc(100_000_000, ' '));
    const before = process.memoryUsage().arrayBuffers;
    for (const headers of [{ 'content-encoding': 'gzip' }, {}]) {
      const response = await fetch(`${patient.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(), ...headers },
        body: new Uint8Array(bytes),
      });
      expect([400, 415]).toContain(response.status);
      await response.text();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  test('a batch of a thousand operations is refused', async () => {
    const response = await fetch(`${patient.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer() },
      body: JSON.stringify(Array.from({ length: 1000 }, () => ({ query: '{ usage { totals { calls } } }' }))),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});

import { afterEach, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Case } from '../cases/case.js';
import type { Server, ServerName } from '../servers/server.js';
import { compareAnswers } from './compare-answers.js';
import { Contender } from './contender.js';

const apps: FastifyInstance[] = [];

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

const asked: Case = {
  name: 'numbers',
  clients: 1,
  ours: { query: '{ numbers }', figures: ({ numbers }: { numbers: number[] }) => numbers },
  postgraphile: { query: '{ all }', figures: ({ all }: { all: string[] }) => all.map(Number) },
  bare: () => Promise.reject(new Error('This runs in a process of its own.')),
  targets: [],
};

/** A server that answers the same to whatever it is asked. */
async function serve(name: ServerName, answer: unknown): Promise<Server> {
  const app = Fastify({ forceCloseConnections: true });
  apps.push(app);
  app.post('/*', () => answer);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { name, url, pid: process.pid, readyAfter: 0, headers: {} };
}

async function compare(asked: Case, answers: Record<ServerName, unknown>): Promise<void> {
  const names = Object.keys(answers) as ServerName[];
  const servers = await Promise.all(names.map((name) => serve(name, answers[name])));
  await compareAnswers(await Promise.all(servers.map((server) => Contender.enter(asked, server))));
}

test('servers that give the same figures in their own words are compared', async () => {
  const ours = { data: { numbers: [1, 2] } };
  await compare(asked, { 'llm-call-log': ours, PostGraphile: { data: { all: ['1', '2'] } }, bare: [1, 2] });
});

test.each([
  { from: 'PostGraphile', PostGraphile: { data: { all: ['2', '1'] } }, bare: [1, 2] },
  { from: 'the hand-written handler', PostGraphile: { data: { all: ['1', '2'] } }, bare: [1] },
])('other figures from $from are no comparison', async ({ PostGraphile, bare }) => {
  const ours = { data: { numbers: [1, 2] } };
  await expect(compare(asked, { 'llm-call-log': ours, PostGraphile, bare })).rejects.toThrow(
    'numbers: the answers differ.',
  );
});

test('what PostGraphile is asked instead is not compared', async () => {
  const instead = { ...asked, postgraphile: { ...asked.postgraphile, insteadOf: { what: 'It cannot' } } };
  const ours = { data: { numbers: [1, 2] } };
  await compare(instead, { 'llm-call-log': ours, PostGraphile: { data: { all: [] } }, bare: [1, 2] });
});

test('an answer of errors is no answer', async () => {
  const errors = { errors: [{ message: 'No.' }] };
  await expect(
    compare(asked, { 'llm-call-log': errors, PostGraphile: { data: { all: ['1'] } }, bare: [1] }),
  ).rejects.toThrow('llm-call-log fails at numbers: 200 {"errors":[{"message":"No."}]}');
});

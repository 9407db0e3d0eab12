import { isDeepStrictEqual } from 'node:util';
import type { Case } from '../cases/case.js';
import { OperatorError } from '../../../src/errors.js';
import type { Server } from '../servers/server.js';
import { HttpClient } from './http-client.js';

/**
 * Makes sure that all servers answer a case with the same figures in the same order.
 *
 * @throws OperatorError with what differs: figures about different data would mean nothing
 */
export async function compareAnswers(asked: Case, servers: readonly Server[]): Promise<void> {
  const comparable = servers.filter(
    ({ name }) => name !== 'PostGraphile' || asked.postgraphile.insteadOf === undefined,
  );
  const answers = await Promise.all(
    comparable.map(async (server) => ({ name: server.name, figures: await figuresOf(server, asked) })),
  );
  const [first, ...others] = answers;
  for (const other of others) {
    if (isDeepStrictEqual(first?.figures, other.figures)) continue;
    throw new OperatorError(
      `${asked.name}: the answers differ.\n${answers.map(({ name, figures }) => `${name}: ${JSON.stringify(figures)}`).join('\n')}`,
    );
  }
}

async function figuresOf(server: Server, asked: Case): Promise<unknown> {
  const client = new HttpClient(server);
  try {
    const answer = JSON.parse(await client.ask(asked, 0)) as { data: never };
    if (server.name === 'bare') return answer;
    const { figures } = server.name === 'PostGraphile' ? asked.postgraphile : asked.ours;
    return figures(answer.data);
  } finally {
    client.close();
  }
}

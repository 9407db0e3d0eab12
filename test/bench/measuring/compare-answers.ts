import { isDeepStrictEqual } from 'node:util';
import { OperatorError } from '../../../src/operator-error.js';
import type { Contender } from './contender.js';

/** What is shown of an answer that differs, in characters. */
const SHOWN = 3000;

/**
 * Makes sure that all servers answer a case with the same figures in the same order.
 *
 * @throws OperatorError with what differs: figures about different data would mean nothing
 */
export async function compareAnswers(contenders: readonly Contender[]): Promise<void> {
  const comparable = contenders.filter(
    ({ asked, server }) => server.name !== 'PostGraphile' || asked.postgraphile.insteadOf === undefined,
  );
  const answers = await Promise.all(
    comparable.map(async (contender) => ({ contender, figures: await contender.figures() })),
  );
  const [first, ...others] = answers;
  for (const other of others) {
    if (isDeepStrictEqual(first?.figures, other.figures)) continue;
    const lines = answers.map(
      ({ contender, figures }) => `${contender.server.name}: ${JSON.stringify(figures).slice(0, SHOWN)}`,
    );
    throw new OperatorError(`${other.contender.asked.name}: the answers differ.\n${lines.join('\n')}`);
  }
}

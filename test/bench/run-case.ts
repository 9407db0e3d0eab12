import type { Case } from './cases/case.js';
import { WrittenCalls } from './database/written-calls.js';
import { compareAnswers } from './measuring/compare-answers.js';
import { Contender } from './measuring/contender.js';
import { measureInTurn, type Rounds } from './measuring/measure-in-turn.js';
import type { Measurement } from './measuring/measurement.js';
import { caseResult, type CaseResult } from './results.js';
import type { Server } from './servers/server.js';
import { OperatorError } from '../../src/operator-error.js';

/**
 * Makes sure that the servers do the same in a case, and measures them. What they write is deleted again.
 *
 * @param url of the database
 * @throws OperatorError where they do not do the same, or what one acknowledged is not in the log
 */
export async function runCase(
  asked: Case,
  servers: readonly [ours: Server, postgraphile: Server, bare: Server],
  url: string,
  rounds: Rounds,
): Promise<CaseResult> {
  const contenders = await Promise.all(servers.map((server) => Contender.enter(asked, server)));
  const [ours, postgraphile, bare, baseline] = asked.writes
    ? await WrittenCalls.use(url, (written) => measureWriting(contenders, written, rounds))
    : await measureReading(contenders, rounds);
  if (!ours || !postgraphile || !bare) throw new Error('A server was not measured.');
  return caseResult(asked, { 'llm-call-log': ours, PostGraphile: postgraphile, bare }, baseline ?? null);
}

async function measureReading(contenders: readonly Contender[], rounds: Rounds): Promise<Measurement[]> {
  await compareAnswers(contenders);
  const [ours] = contenders;
  const { baseline } = ours?.asked ?? {};
  const compared = ours && baseline ? [await Contender.enter(baseline, ours.server)] : [];
  return measureInTurn([...contenders, ...compared], rounds);
}

async function measureWriting(
  contenders: readonly Contender[],
  written: WrittenCalls,
  rounds: Rounds,
): Promise<Measurement[]> {
  await compareAnswers(contenders);
  const different = await written.countDifferent();
  if (different !== Math.max(...contenders.map((contender) => contender.written(1)))) {
    throw new OperatorError(`${contenders[0]?.asked.name}: the servers did not write the same calls.`);
  }
  await written.remove();
  const measurements = await measureInTurn(contenders, rounds);
  await written.check(contenders.reduce((sum, contender) => sum + contender.written(contender.turns), 0));
  return measurements;
}

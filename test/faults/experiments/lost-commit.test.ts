import { experiment, LONG_ENOUGH_MS, type Lab } from '../harness/experiment.js';
import type { ClientPlan } from '../harness/load.js';
import type { LostAnswer } from '../harness/proxy.js';

/*
 * PostgreSQL has committed, and its answer is lost. Whether a call was written has to be found out before it is said, or
 * the client has to be told that nobody knows.
 */

const COMMITTING = /^commit|insert into "?llm_call_logs\b/i;

const clients: ClientPlan[] = [
  { name: 'one', isKeyed: false, calls: 1, bytes: 200 },
  { name: 'one-keyed', isKeyed: true, calls: 1, bytes: 200 },
  { name: 'many', isKeyed: false, calls: 5, bytes: 200 },
  { name: 'many-keyed', isKeyed: true, calls: 5, bytes: 200 },
];

async function loseSome({ proxy, load, demand, inShort }: Lab, how: LostAnswer): Promise<void> {
  for (let round = 0; round < inShort(3, 20); round++) {
    proxy.loseAnswers(COMMITTING, how, 1);
    const stuck = await load.acknowledged(2, LONG_ENOUGH_MS);
    demand(proxy.answersToLose === 0, 'The server committed nothing that could be lost.');
    demand(stuck.length === 0, `${stuck.join(', ')} never recorded again.`);
    if (stuck.length > 0) return;
  }
}

experiment('the answer to a commit is cut off', { inShort: true, clients }, async (lab) => {
  await loseSome(lab, 'cut');
});

experiment('the answer to a commit is swallowed', { clients }, async (lab) => {
  await loseSome(lab, 'swallowed');
});

experiment('the answer to a commit is lost, and the database with it', { clients }, async (lab) => {
  const { proxy, load, demand, inShort } = lab;
  for (let round = 0; round < inShort(1, 5); round++) {
    proxy.loseAnswers(COMMITTING, 'cut with all others', 1);
    await load.answered(2, LONG_ENOUGH_MS);
    await proxy.heal();
    const stuck = await load.acknowledged(2, LONG_ENOUGH_MS);
    if (stuck.length > 0) break;
  }
  const isTold = Object.keys(load.seen).some((label) => label.endsWith(' OUTCOME_UNKNOWN'));
  demand(isTold, 'Nobody was told OUTCOME_UNKNOWN.');
});

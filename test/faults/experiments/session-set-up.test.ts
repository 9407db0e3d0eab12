import { experiment } from '../harness/experiment.js';

experiment('a proxy hangs up at the first statement of every connection', { inShort: true }, async (lab) => {
  const { proxy, load } = lab;
  proxy.hangUpAtFirstStatement();
  proxy.reset();
  // More broken connections than the pool has places.
  await load.answered(lab.inShort(4, 20), 60_000);
  await proxy.heal();
});

import { experiment, LONG_ENOUGH_MS, SOON } from '../harness/experiment.js';

/*
 * Connections that keep silent, as after a failover without RST: neither end hears of the other, and what the server
 * had begun stays open in PostgreSQL.
 */

experiment(
  'open connections are swallowed and new ones work',
  { inShort: true, environment: SOON },
  async (lab) => {
    lab.proxy.swallowOpen();
    // Each finds out by itself, and records again without anything being mended.
    const stuck = await lab.load.acknowledged(2, LONG_ENOUGH_MS);
    lab.demand(stuck.length === 0, `${stuck.length} clients never recorded again over new connections.`);
  },
);

experiment('open connections are swallowed again and again', {}, async (lab) => {
  for (let round = 0; round < 4; round++) {
    lab.proxy.swallowOpen();
    const stuck = await lab.load.acknowledged(2, LONG_ENOUGH_MS);
    lab.demand(stuck.length === 0, `${stuck.length} clients never recorded again over new connections.`);
    if (stuck.length > 0) return;
  }
});

experiment('all connections are swallowed for 20 s', {}, async (lab) => {
  lab.proxy.swallowAll();
  await lab.last(20_000);
  const isTakenOut = Object.keys(lab.health.ready).some((said) => said.startsWith('503'));
  lab.demand(isTakenOut, '/readyz did not take out a server that cannot write.');
  await lab.proxy.heal();
});

experiment(
  'PostgreSQL fails over to another address, and open connections are swallowed',
  { postgres: 'own' },
  async ({ proxy, database, load, demand }) => {
    proxy.swallowOpen();
    await database.postgres?.stopAtOnce();
    await database.postgres?.start(0);
    proxy.turnTo(database.postgres?.port ?? 0);
    await database.reconnect();
    const stuck = await load.acknowledged(2, LONG_ENOUGH_MS);
    demand(stuck.length === 0, `${stuck.length} clients never recorded again over new connections.`);
  },
);

experiment('connections are reset again and again', {}, async (lab) => {
  for (let round = 0; round < 20; round++) {
    lab.proxy.reset();
    await lab.last(250);
  }
});

experiment('the database is out of reach for 10 s', {}, async (lab) => {
  await lab.proxy.refuse();
  await lab.last(10_000);
  await lab.proxy.heal();
});

experiment('every message to and from the database takes 300 ms', {}, async (lab) => {
  lab.proxy.delayBy(300);
  const stuck = await lab.load.acknowledged(2, LONG_ENOUGH_MS);
  lab.demand(stuck.length === 0, `${stuck.length} clients could not record over a slow connection.`);
  await lab.proxy.heal();
});

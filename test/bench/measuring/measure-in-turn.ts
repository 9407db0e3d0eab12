import type { Contender } from './contender.js';
import { HttpClient } from './http-client.js';
import { summarize, type Measurement, type Round } from './measurement.js';
import { cpuTime } from './process-usage.js';

export interface Rounds {
  /** How many of each server, in turn. */
  count: number;
  /** How long each is, in seconds; every client asks at least once. */
  seconds: number;
}

/** How many rounds long a server is warmed up: in ten seconds Node compiles nearly all that such a case runs often. */
const WARMING = 5;

/**
 * Warms servers up, and drives them in turn in several short rounds, so that whatever else the machine does meanwhile
 * happens to all of them.
 *
 * @returns a measurement of each contender, in their order
 */
export async function measureInTurn(
  contenders: readonly Contender[],
  rounds: Rounds,
): Promise<Measurement[]> {
  const runs = contenders.map((contender) => ({ contender, rounds: [] as Round[] }));
  for (const { contender } of runs) await drive(contender, WARMING * rounds.seconds);
  for (let round = 0; round < rounds.count; round += 1) {
    // Nobody always comes after the same one.
    const order = [...runs.slice(round % runs.length), ...runs.slice(0, round % runs.length)];
    for (const { contender, rounds: driven } of order) driven.push(await drive(contender, rounds.seconds));
  }
  return runs.map(({ rounds: driven }) => summarize(driven));
}

async function drive(contender: Contender, seconds: number): Promise<Round> {
  const { clients, server } = contender;
  const latencies: number[] = [];
  const cpuBefore = await cpuTime(server.pid);
  const start = performance.now();
  const runClient = async () => {
    const client = new HttpClient(server);
    do {
      const begun = performance.now();
      await contender.ask(client);
      latencies.push(performance.now() - begun);
    } while (performance.now() - start < seconds * 1000);
    await client.close();
  };
  await Promise.all(Array.from({ length: clients }, runClient));
  const elapsed = (performance.now() - start) / 1000;
  return { latencies, seconds: elapsed, cpu: (await cpuTime(server.pid)) - cpuBefore };
}

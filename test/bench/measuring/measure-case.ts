import type { Case } from '../cases/case.js';
import type { Server } from '../servers/server.js';
import { HttpClient } from './http-client.js';
import { cpuTime } from './process-usage.js';
import { median, quantile } from './statistics.js';

/** How one server did in one case. Latencies are in milliseconds. */
export interface Measurement {
  /** Median of the rounds' medians. */
  median: number;
  /** Of all requests. */
  p99: number;
  /** Requests a second, median of the rounds. */
  throughput: number;
  /** CPU time of the server's process, without the database's, in milliseconds a request. */
  cpu: number;
  requests: number;
}

export interface Rounds {
  /** How many of each server, in turn. */
  count: number;
  /** How long each is, in seconds; every client asks at least once. */
  seconds: number;
}

interface Round {
  latencies: number[];
  seconds: number;
  cpu: number;
}

/**
 * Warms servers up, and drives them in turn in several short rounds, so that whatever else the machine does meanwhile
 * happens to all of them.
 *
 * @returns a measurement of each server, in their order
 */
export async function measureCase(
  asked: Case,
  servers: readonly Server[],
  rounds: Rounds,
): Promise<Measurement[]> {
  const runs = servers.map((server) => ({ server, turns: turnsOf(asked), rounds: [] as Round[] }));
  for (const { server, turns } of runs) await drive(server, turns, asked.clients, rounds.seconds / 2);
  for (let round = 0; round < rounds.count; round += 1) {
    // Nobody always comes after the same one.
    const order = [...runs.slice(round % runs.length), ...runs.slice(0, round % runs.length)];
    for (const { server, turns, rounds: driven } of order) {
      driven.push(await drive(server, turns, asked.clients, rounds.seconds));
    }
  }
  return runs.map(({ rounds: driven }) => summarize(driven));
}

type Turns = (client: HttpClient) => Promise<unknown>;

/** Numbers the requests to a server throughout its rounds; the comparison of answers was turn 0. */
function turnsOf(asked: Case): Turns {
  let turn = 0;
  return (client) => client.ask(asked, (turn += 1));
}

async function drive(server: Server, next: Turns, clients: number, seconds: number): Promise<Round> {
  const latencies: number[] = [];
  const cpuBefore = await cpuTime(server.pid);
  const start = performance.now();
  const runClient = async () => {
    const client = new HttpClient(server);
    do {
      const asked = performance.now();
      await next(client);
      latencies.push(performance.now() - asked);
    } while (performance.now() - start < seconds * 1000);
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, runClient));
  const elapsed = (performance.now() - start) / 1000;
  return { latencies, seconds: elapsed, cpu: (await cpuTime(server.pid)) - cpuBefore };
}

function summarize(rounds: Round[]): Measurement {
  const latencies = rounds.flatMap((round) => round.latencies);
  return {
    median: median(rounds.map((round) => median(round.latencies))),
    p99: quantile(latencies, 0.99),
    throughput: median(rounds.map((round) => round.latencies.length / round.seconds)),
    cpu: rounds.reduce((sum, round) => sum + round.cpu, 0) / latencies.length,
    requests: latencies.length,
  };
}

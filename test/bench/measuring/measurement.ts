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

/** What came of driving a server for a while. */
export interface Round {
  /** One for each request, in milliseconds. */
  latencies: number[];
  seconds: number;
  /** Milliseconds of CPU time that the server's process used. */
  cpu: number;
}

export function summarize(rounds: readonly Round[]): Measurement {
  const latencies = rounds.flatMap((round) => round.latencies);
  return {
    median: median(rounds.map((round) => median(round.latencies))),
    p99: quantile(latencies, 0.99),
    throughput: median(rounds.map((round) => round.latencies.length / round.seconds)),
    cpu: rounds.reduce((sum, round) => sum + round.cpu, 0) / latencies.length,
    requests: latencies.length,
  };
}

import { dashboard } from '../cases/dashboard.js';
import type { GrowthResult } from '../results.js';
import type { Server } from '../servers/server.js';
import { Contender } from './contender.js';
import { measureInTurn, type Rounds } from './measure-in-turn.js';

/** What the dashboard may cost on a log so many times as large, at the most. */
const LIMITS: Partial<Record<number, number>> = { 10: 1.3, 100: 1.6 };

/** This server, on a log of so many calls. */
export interface GrownServer {
  calls: number;
  server: Server;
}

/** Measures the dashboard on logs of several sizes, in turn. */
export async function measureGrowth(grown: readonly GrownServer[], rounds: Rounds): Promise<GrowthResult[]> {
  const contenders = await Promise.all(grown.map(({ server }) => Contender.enter(dashboard, server)));
  const measurements = await measureInTurn(contenders, rounds);
  const first = { calls: grown[0]?.calls ?? NaN, median: measurements[0]?.median ?? NaN };
  return measurements.map(({ median, p99 }, index) => {
    const calls = grown[index]?.calls ?? NaN;
    const limit = LIMITS[calls / first.calls] ?? null;
    return { calls, median, p99, ratio: median / first.median, limit };
  });
}

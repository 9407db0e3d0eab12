import type { NewCallLog } from '../call-logs/recording/prepare-call-log.js';
import { drawCall, type DemoWorld } from './demo-call.js';
import { GROUPS } from './groups.js';
import type { Random } from './random.js';
import { activity } from './rhythm.js';

const HOUR_MS = 3_600_000;

/**
 * Makes up the calls of a time span in the order of time, an hour at a time.
 *
 * @param from beginning of the span, in milliseconds since 1970
 * @param to its end, which no call reaches
 * @param calls the exact number of calls
 */
export function* drawCalls(
  random: Random,
  world: DemoWorld,
  from: number,
  to: number,
  calls: number,
): Generator<NewCallLog[]> {
  const hours: { begin: number; year: number; weights: number[] }[] = [];
  let total = 0;
  for (let begin = from; begin < to; begin += HOUR_MS) {
    const year = (begin - from) / (to - from);
    const busyness = random.logNormal(1, 0.25);
    const weights = GROUPS.map((group) => activity(group, begin, year) * busyness * random.logNormal(1, 0.2));
    hours.push({ begin, year, weights });
    for (const weight of weights) total += weight;
  }

  // Rounding the running sum, and not each hour, gives even the rarest group its calls and the exact number in all.
  let sum = 0;
  let drawn = 0;
  for (const { begin, year, weights } of hours) {
    const starts: { time: number; group: (typeof GROUPS)[number] }[] = [];
    for (const [index, group] of GROUPS.entries()) {
      sum += weights[index] ?? 0;
      const due = Math.min(Math.round((sum / total) * calls), calls);
      for (; drawn < due; drawn += 1)
        starts.push({ time: begin + Math.floor(random.fraction() * HOUR_MS), group });
    }
    starts.sort((one, other) => one.time - other.time);
    yield starts.map(({ time, group }) => drawCall(random, world, group, time, year));
  }
}

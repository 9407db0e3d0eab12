import { setTimeout as sleep } from 'node:timers/promises';
import { WrittenCalls } from '../database/written-calls.js';
import type { Server } from '../servers/server.js';
import { MixedLoad } from './mixed-load.js';
import { memory, peakMemory } from './process-usage.js';
import { mean } from './statistics.js';

const MINUTE_MS = 60_000;
const SAMPLE_MS = 1_000;

/** The most memory that the server may take, in MB. */
const PEAK_LIMIT = 350;

/** What the last third of the time may take, to the first. */
const GROWTH_LIMIT = 1.1;

/** What a server took in a minute of mixed load. */
export interface MemoryMinute {
  /** Mean of its resident memory, in MB. */
  memory: number;
  requests: number;
}

/** Memory of our server under mixed load, in MB. */
export interface MemoryResult {
  minutes: MemoryMinute[];
  peak: number;
  peakLimit: number;
  /** The mean of the last third of the time to that of the first. */
  growth: number;
  growthLimit: number;
}

/**
 * Drives our server with a mix of all cases, and watches its memory. What is written is deleted every minute.
 *
 * @param report is told of every minute
 */
export async function measureMemory(
  url: string,
  server: Server,
  minutes: number,
  report: (progress: string) => void,
): Promise<MemoryResult> {
  const load = await MixedLoad.prepare(server);
  const watched: number[][] = [];
  const taken: MemoryMinute[] = [];
  await WrittenCalls.use(url, async (written) => {
    const driven = load.run();
    for (let minute = 1; minute <= minutes; minute += 1) {
      const before = load.requests;
      // Whichever client fails ends the measurement.
      const [samples] = await Promise.race([
        Promise.all([watchMinute(server), written.delete()]),
        driven.then(() => [[]]),
      ]);
      watched.push(samples);
      taken.push({ memory: mean(samples), requests: load.requests - before });
      report(`minute ${minute}: ${Math.round(mean(samples))} MB, ${load.requests - before} requests`);
    }
    load.end();
    await driven;
  });
  const samples = watched.flat();
  const third = Math.ceil(samples.length / 3);
  return {
    minutes: taken,
    peak: await peakMemory(server.pid),
    peakLimit: PEAK_LIMIT,
    growth: mean(samples.slice(-third)) / mean(samples.slice(0, third)),
    growthLimit: GROWTH_LIMIT,
  };
}

/** @returns the resident memory each second, in MB */
async function watchMinute(server: Server): Promise<number[]> {
  const samples: number[] = [];
  const end = performance.now() + MINUTE_MS;
  while (performance.now() < end) {
    samples.push(await memory(server.pid));
    await sleep(SAMPLE_MS);
  }
  return samples;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { CASES } from '../cases/all.js';
import { recordCalls } from '../cases/record-batch.js';
import { WrittenCalls } from '../database/written-calls.js';
import type { Server } from '../servers/server.js';
import { Contender } from './contender.js';
import { HttpClient } from './http-client.js';
import { memory, peakMemory } from './process-usage.js';
import { mean } from './statistics.js';

const CLIENTS = 16;

/** One request of so many is a batch of recordings: they write more than all others together. */
const BATCH_EVERY = 200;

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
  const mix = await Promise.all(CASES.map((asked) => Contender.enter(asked, server)));
  const batch = await Contender.enter(recordCalls, server);
  const others = mix.filter(({ asked }) => (asked.writes?.['llm-call-log'] ?? 1) === 1);
  let requests = 0;
  let over = false;
  const runClient = async () => {
    const client = new HttpClient(server);
    while (!over) {
      requests += 1;
      const contender = requests % BATCH_EVERY === 0 ? batch : others[requests % others.length];
      await contender?.ask(client);
    }
    await client.close();
  };
  const samples: number[] = [];
  const taken: MemoryMinute[] = [];
  const watch = async (written: WrittenCalls) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      const before = requests;
      const within: number[] = [];
      const end = performance.now() + MINUTE_MS;
      const swept = written.delete();
      while (performance.now() < end) {
        within.push(await memory(server.pid));
        await sleep(SAMPLE_MS);
      }
      await swept;
      taken.push({ memory: mean(within), requests: requests - before });
      samples.push(...within);
      report(`minute ${minute + 1}: ${Math.round(mean(within))} MB, ${requests - before} requests`);
    }
    over = true;
  };
  await WrittenCalls.use(url, async (written) => {
    await Promise.all([watch(written), ...Array.from({ length: CLIENTS }, runClient)]);
  });
  const third = Math.ceil(samples.length / 3);
  return {
    minutes: taken,
    peak: await peakMemory(server.pid),
    peakLimit: PEAK_LIMIT,
    growth: mean(samples.slice(-third)) / mean(samples.slice(0, third)),
    growthLimit: GROWTH_LIMIT,
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { newestPage } from '../cases/newest-page.js';
import { CleanUp } from '../clean-up.js';
import { serveBare } from '../servers/bare.js';
import { serveOurs } from '../servers/ours.js';
import { servePostgraphile } from '../servers/postgraphile.js';
import type { Server, ServerName } from '../servers/server.js';
import { Contender } from './contender.js';
import { HttpClient } from './http-client.js';
import { cpuTime } from './process-usage.js';
import { median } from './statistics.js';

/** How long a server is left alone before its idle CPU time is measured, and how long that is, in milliseconds. */
const SETTLING_MS = 2_000;
const IDLE_MS = 10_000;

/** The most CPU time in a second that counts as none, in milliseconds: what a look at the clock now and then takes. */
const IDLE_LIMIT = 2;

/** How a server starts. Times are medians, in milliseconds. */
export interface StartUpResult {
  name: ServerName;
  /** From its launch until it says that it is ready. */
  ready: number;
  /** The first page of calls that it is asked for. */
  firstAnswer: number;
  /** CPU time in a second of doing nothing. */
  idleCpu: number;
  /** What that may be at the most, where there is a target. */
  idleLimit: number | null;
}

type Serve = (cleanUp: CleanUp) => Promise<Server>;

/** Starts each server several times, one at a time, in turn. */
export async function measureStartUps(
  url: string,
  rounds: number,
  cleanUp: CleanUp,
): Promise<StartUpResult[]> {
  const serves: Serve[] = [
    (own) => serveOurs(url, own, () => undefined),
    (own) => servePostgraphile(url, own),
    (own) => serveBare(url, own),
  ];
  const runs = serves.map((serve) => ({ serve, starts: [] as Start[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { serve, starts } of runs) starts.push(await startOnce(serve, cleanUp));
  }
  return runs.flatMap(({ starts }) => {
    const name = starts[0]?.name;
    if (name === undefined) return [];
    return {
      name,
      ready: median(starts.map(({ ready }) => ready)),
      firstAnswer: median(starts.map(({ firstAnswer }) => firstAnswer)),
      idleCpu: median(starts.map(({ idleCpu }) => idleCpu)),
      idleLimit: name === 'llm-call-log' ? IDLE_LIMIT : null,
    };
  });
}

type Start = Omit<StartUpResult, 'idleLimit'>;

async function startOnce(serve: Serve, cleanUp: CleanUp): Promise<Start> {
  const own = new CleanUp();
  cleanUp.later(() => own.run(Promise.resolve()));
  const server = await serve(own);
  const contender = await Contender.enter(newestPage, server);
  const client = new HttpClient(server);
  const asked = performance.now();
  await contender.ask(client);
  const firstAnswer = performance.now() - asked;
  await client.close();
  await sleep(SETTLING_MS);
  const before = await cpuTime(server.pid);
  await sleep(IDLE_MS);
  const idleCpu = ((await cpuTime(server.pid)) - before) / (IDLE_MS / 1000);
  await own.run(Promise.resolve());
  return { name: server.name, ready: server.readyAfter, firstAnswer, idleCpu };
}

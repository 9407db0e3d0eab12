import { CASES } from './cases/all.js';
import type { CleanUp } from './clean-up.js';
import { databaseFolder, useBenchDatabase } from './database/bench-database.js';
import { measureFirstChecks } from './measuring/measure-first-check.js';
import { measureGrowth, type GrownServer } from './measuring/measure-growth.js';
import { measureImports } from './measuring/measure-import.js';
import { measureLargePages } from './measuring/measure-large-pages.js';
import { measureMemory } from './measuring/measure-memory.js';
import { measureStartUps } from './measuring/measure-start-up.js';
import { peakMemory } from './measuring/process-usage.js';
import { measureWriteCost } from './measuring/write-cost.js';
import { roundsOf, type BenchOptions } from './options.js';
import { thisMachine, type GrowthResult, type Results } from './results.js';
import { runCase } from './run-case.js';
import { serveBare } from './servers/bare.js';
import { serveOurs } from './servers/ours.js';
import { servePostgraphile } from './servers/postgraphile.js';

type Report = (progress: string) => void;

/**
 * Makes the databases, starts the servers, and measures.
 *
 * @param cleanUp undoes all of that
 * @throws OperatorError where something does not start, or the servers' answers differ
 */
export async function runBench(options: BenchOptions, cleanUp: CleanUp, report: Report): Promise<Results> {
  const results: Results = {
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    startedAt: new Date().toISOString(),
    machine: thisMachine(),
    calls: options.growth.length > 0 ? options.growth : [options.calls],
    bodies: options.bodies,
    cases: [],
    peakMemory: {},
    writeCosts: [],
    imports: [],
    growth: [],
    startUps: [],
    firstCheck: null,
    memory: null,
  };
  const folder = await databaseFolder(options.database, cleanUp);
  if (options.growth.length > 0) {
    return { ...results, growth: await runGrowth(options, folder, cleanUp, report) };
  }
  const wanted = { calls: options.calls, bodySize: options.bodies };
  const url = await useBenchDatabase(folder, wanted, cleanUp, report);
  const { only = '' } = options;
  if (options.memory !== undefined) {
    return { ...results, memory: await runMemory(url, options.memory, cleanUp, report) };
  }
  if ('start-up'.includes(only)) {
    report('start-up');
    results.startUps = await measureStartUps(url, options.rounds, cleanUp);
  }
  if ('first check'.includes(only)) {
    report('first check');
    results.firstCheck = await measureFirstChecks(url, options.rounds, cleanUp);
  }
  const ours = await serveOurs(url, cleanUp, report);
  const cases = CASES.filter(({ name }) => name.includes(only));
  if (cases.length > 0) {
    const servers = [ours, await servePostgraphile(url, cleanUp), await serveBare(url, cleanUp)] as const;
    for (const asked of cases) {
      report(asked.name);
      results.cases.push(await runCase(asked, servers, url, roundsOf(options)));
    }
    for (const { name, pid } of servers) results.peakMemory[name] = await peakMemory(pid);
  }
  if ('import'.includes(only)) {
    report('import');
    results.imports = await measureImports(url, options.rounds);
  }
  if ('write cost'.includes(only)) {
    report('cost of writing');
    results.writeCosts = await measureWriteCost(url, options.rounds);
  }
  return results;
}

async function runMemory(
  url: string,
  minutes: number,
  cleanUp: CleanUp,
  report: Report,
): Promise<NonNullable<Results['memory']>> {
  const ours = await serveOurs(url, cleanUp, report);
  report('memory under mixed load');
  const underMixedLoad = await measureMemory(url, ours, minutes, report);
  report('pages of 1,000 calls');
  return { ...underMixedLoad, largePages: await measureLargePages(ours) };
}

async function runGrowth(
  options: BenchOptions,
  folder: string,
  cleanUp: CleanUp,
  report: Report,
): Promise<GrowthResult[]> {
  const grown: GrownServer[] = [];
  for (const calls of options.growth) {
    const url = await useBenchDatabase(folder, { calls, bodySize: options.bodies }, cleanUp, report);
    grown.push({ calls, server: await serveOurs(url, cleanUp, report) });
  }
  report('growth of the dashboard');
  return measureGrowth(grown, roundsOf(options));
}

import { writeFile } from 'node:fs/promises';
import { OperatorError } from '../../src/operator-error.js';
import { Stopped, StopSignal, unlessAborted } from '../../src/stop-signal.js';
import { CleanUp } from './clean-up.js';
import { readOptions } from './options.js';
import { reportOf } from './report/report.js';
import { runBench } from './run-bench.js';

const options = readOptions();
const stop = new StopSignal((line) => process.stderr.write(`${line}\n`));
const cleanUp = new CleanUp();
const report = (progress: string) => process.stderr.write(`${progress}\n`);

// Whoever read our output may be gone; that is no reason to leave servers behind.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

const work = runBench(options, cleanUp, report);
try {
  const results = await unlessAborted(stop.gently, work);
  process.stdout.write(reportOf(results));
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
} catch (error) {
  if (!(error instanceof Stopped)) {
    report(error instanceof OperatorError ? error.message : String((error as Error).stack));
  }
  process.exitCode = error instanceof Stopped ? error.exitCode : 1;
} finally {
  await cleanUp.run(work);
}
process.exit();

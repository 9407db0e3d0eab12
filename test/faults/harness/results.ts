import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Judgement } from './ledger.js';
import type { Seen } from './load.js';

/** What an experiment found. */
export interface Result {
  fault: string;
  judgement: Judgement;
  /** Milliseconds. */
  longestGap: number;
  slowest: number;
  seen: Seen;
  sentences: Record<string, string[]>;
  /** Answers of /readyz by status and reason. */
  ready: Seen;
  /** MB above idle. */
  peakMemory: number;
  /** What was demanded and is not so, in a sentence each. */
  broken: string[];
  /** Figures that tell more. */
  notes: string[];
  /** Known to be broken, and about to be mended. */
  isAwaiting: boolean;
}

/** Keeps a result for the table at the end, in a file that all test files add to. */
export function keep(folder: string, result: Result): void {
  appendFileSync(join(folder, 'results.jsonl'), `${JSON.stringify(result)}\n`);
}

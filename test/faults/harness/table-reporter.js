import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const HEADS = [
  ...['fault', 'sent', 'acknowledged', 'lost', 'doubled', 'invented'],
  ...['longest gap', 'slowest answer', 'peak memory', 'what clients saw', '/readyz', 'verdict'],
];

/** Jest's reporter for `npm run test:faults`: prints what each experiment found. */
export default class TableReporter {
  onRunComplete() {
    const folder = process.env['FAULTS_FOLDER'] ?? '';
    const results = readFileSync(join(folder, 'results.jsonl'), { encoding: 'utf8', flag: 'a+' })
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    process.stdout.write(`\n${tableOf(HEADS, results.map(rowOf))}\n`);
    for (const { fault, broken, notes, sentences } of results) {
      process.stdout.write(`\n${fault}\n`);
      for (const line of broken) process.stdout.write(`  ✗ ${line}\n`);
      for (const line of notes) process.stdout.write(`  · ${line}\n`);
      for (const [code, said] of Object.entries(sentences)) {
        for (const sentence of said) process.stdout.write(`  “${sentence}” (${code})\n`);
      }
    }
    process.stdout.write(`\nLedgers: ${folder}\n`);
  }
}

function rowOf(result) {
  const { fault, judgement, longestGap, slowest, seen, ready, peakMemory, broken, isAwaiting } = result;
  const { sent, acknowledged, lost, doubled, invented } = judgement;
  const verdict = broken.length === 0 ? (isAwaiting ? 'holds by now' : 'holds') : 'BROKEN';
  return [
    ...[fault, sent, acknowledged, lost.length, doubled.length, invented.length].map(String),
    ...[seconds(longestGap), seconds(slowest), `${Math.round(peakMemory)} MB`, tally(seen), tally(ready)],
    isAwaiting && broken.length > 0 ? `${verdict}, awaited` : verdict,
  ];
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function tally(seen) {
  const entries = Object.entries(seen).sort(([, one], [, other]) => other - one);
  return entries.map(([label, count]) => `${label}: ${count}`).join(', ');
}

function tableOf(heads, rows) {
  const lines = [heads, heads.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

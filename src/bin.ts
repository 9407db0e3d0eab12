#!/usr/bin/env node
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { OperatorError } from './operator-error.js';
import { NODE_FLAGS, productNode } from './product-node.js';

/** How often to look whether the shell of npx is still there, in milliseconds: no signal tells of its end. */
const PARENT_CHECK_MS = 250;

/** The program that a user starts, on whatever Node: it runs the command line on the product's, with its flags. */
function launch(): void {
  const node = productNode();
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const args = [...NODE_FLAGS, main, ...process.argv.slice(2)];
  const environment = { ...process.env, NODE_ENV: 'production' };
  // npx runs us in a shell that passes no signal on, so somebody has to watch it.
  const isUnderNpx = process.env['npm_command'] === 'exec';
  // From Node 22.15 on, the command line can take the place of this process: signals reach it as they were sent.
  if (process.execve && process.platform !== 'win32' && !isUnderNpx) {
    process.execve(node, [node, ...args], environment);
  } else {
    const child = spawn(node, args, { stdio: 'inherit', env: environment });
    endAs(child);
    passSignalsTo(child, isUnderNpx);
  }
}

function endAs(child: ChildProcess): void {
  child.on('error', ({ message }) => {
    fail(`Node does not start: ${message}`);
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
  });
}

function passSignalsTo(child: ChildProcess, isUnderNpx: boolean): void {
  let isTold = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isTold = true;
      // A terminal sends its signals to the child as well, which would take a second Ctrl-C as "stop at once".
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  if (!isUnderNpx) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    if (!isTold) child.kill('SIGTERM');
  }, PARENT_CHECK_MS);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

try {
  launch();
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  fail(error.message);
}

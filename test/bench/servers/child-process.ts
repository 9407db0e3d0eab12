import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { OperatorError } from '../../../src/operator-error.js';
import type { CleanUp } from '../clean-up.js';

/** The project's folder, seen from where this is built to. */
export const PROJECT = join(import.meta.dirname, '../../../..');

/** How long a process may take to stop before it is killed, in milliseconds. */
const PATIENCE_MS = 10_000;

/** A server that runs as a child process and serves. */
export interface Serving {
  pid: number;
  /** http://127.0.0.1:port */
  url: string;
  /** Milliseconds from its launch until it said so. */
  readyAfter: number;
}

/**
 * Starts a Node program in production mode, and waits until it prints the address that it serves on.
 *
 * @param cleanUp ends it, by its id
 * @throws OperatorError with its last words where it ends instead
 */
export async function serveFrom(
  args: string[],
  environment: Record<string, string>,
  cleanUp: CleanUp,
): Promise<Serving> {
  const launched = performance.now();
  const child = startNode(args, environment);
  cleanUp.later(() => end(child));
  let said = '';
  return new Promise<Serving>((resolve, reject) => {
    const listen = (text: string) => {
      said += text;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (url !== undefined && child.pid !== undefined) {
        resolve({ pid: child.pid, url, readyAfter: performance.now() - launched });
      }
    };
    child.stdout?.setEncoding('utf8').on('data', listen);
    child.stderr?.setEncoding('utf8').on('data', listen);
    child.once('error', reject);
    child.once('close', () => {
      reject(new OperatorError(`${args.join(' ')} ended: ${said}`));
    });
  });
}

/**
 * Runs a Node program to its end.
 *
 * @returns what it wrote to standard output
 * @throws OperatorError with its complaints where it fails
 */
export async function outputOf(args: string[], environment: Record<string, string>): Promise<string> {
  const child = startNode(args, environment);
  let output = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new OperatorError(`${args.join(' ')} failed: ${complaints}`);
  return output;
}

/** With little more than the environment that is given, so that no setting of whoever measures gets in. */
function startNode(args: string[], environment: Record<string, string>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, args, {
    cwd: PROJECT,
    env: { PATH, HOME, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await closed;
  clearTimeout(kill);
}

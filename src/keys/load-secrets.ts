import type { Database } from '../database/database.js';
import { ServerSecret } from './server-secret.js';

/** Reads the random values that all servers on this database share; a migration made them. */
export async function loadSecrets({ orm }: Database): Promise<{ cursor: string; fingerprint: string }> {
  const em = orm.em.fork();
  const [cursor, fingerprint] = await Promise.all(
    ['cursor', 'fingerprint'].map((name) => em.findOneOrFail(ServerSecret, { name })),
  );
  return { cursor: cursor?.value ?? '', fingerprint: fingerprint?.value ?? '' };
}

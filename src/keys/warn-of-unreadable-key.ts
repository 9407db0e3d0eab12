import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/database.js';
import type { KeyVault } from './key-vault.js';
import { readConfigInUse } from './llm-config.js';
import { UnreadableKey } from './envelope.js';

/**
 * Says in the log, and to whoever starts the server, that the stored provider key cannot be read, and what to set:
 * otherwise the first to hear of it would be a proxy that asks for the key.
 */
export async function warnOfUnreadableKey(
  { orm }: Database,
  keyVault: KeyVault,
  log: Pick<FastifyBaseLogger, 'warn'>,
  print: (line: string) => void,
): Promise<void> {
  const config = await readConfigInUse(orm.em.fork());
  if (!config) return;
  try {
    keyVault.open(config);
  } catch (error) {
    if (!(error instanceof UnreadableKey)) throw error;
    log.warn(error.extensions, error.message);
    print(`Warning: ${error.message} Everything else works meanwhile.`);
  }
}

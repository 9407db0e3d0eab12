import type { EntityManager } from '@mikro-orm/postgresql';
import { LlmConfig } from './llm-config.js';

/** The configuration in use, which is the first row of its table; null until a key is stored. */
export function configInUse(em: EntityManager): Promise<LlmConfig | null> {
  return em.findOne(LlmConfig, { id: { $ne: null } }, { orderBy: { id: 'asc' } });
}

import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Database } from '../database/database.js';

/** A random value that all servers on one database share (table llm_server_secrets); served by no field. */
@Entity({
  tableName: 'llm_server_secrets',
  comment: 'Random values that all servers on this database share; a migration made them.',
})
export class ServerSecret {
  @PrimaryKey({ type: 'text', comment: 'What the value is for.' })
  name!: string;

  @Property({ type: 'text', hidden: true, comment: 'The value, which never leaves the server.' })
  value!: string;
}

const NAMES = ['cursor', 'fingerprint', 'recording'] as const;

type Secrets = Record<(typeof NAMES)[number], string>;

/** Reads the random values that all servers on this database share; a migration made them. */
export async function loadSecrets({ orm }: Database): Promise<Secrets> {
  const em = orm.em.fork();
  const [cursor = '', fingerprint = '', recording = ''] = await Promise.all(
    NAMES.map(async (name) => (await em.findOneOrFail(ServerSecret, { name })).value),
  );
  return { cursor, fingerprint, recording };
}

import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { Field, ID, ObjectType } from 'type-graphql';
import { type Timestamp, TimestampType } from '../database/timestamp.js';
import { DateTime } from '../graphql/scalars.js';

/** A row that another program left without a time counts as never changed. */
class TimeOfChange extends TimestampType {
  override convertToJSValueSQL(column: string): string {
    return `coalesce(${column}, 'epoch')`;
  }
}

/** The provider API key in use (table llm_configs). The key itself has no @Field. */
@Entity({ tableName: 'llm_configs' })
@ObjectType({
  description: 'The provider API key in use (table llm_configs). The key itself is no field.',
  simpleResolvers: true,
})
export class LlmConfig {
  @PrimaryKey({ type: 'integer', autoincrement: true })
  @Field(() => ID, { description: 'Number of the configuration; calls refer to it as configId.' })
  id!: number;

  /** As it is stored: KeyVault opens it. */
  @Property({
    type: 'text',
    hidden: true,
    comment:
      'The key that calls to the provider are made with, encrypted unless it is stored for an older backend.',
  })
  apiKey!: string;

  @Property({ type: new TimeOfChange(), nullable: true, defaultRaw: 'CURRENT_TIMESTAMP' })
  @Field(() => DateTime, { description: 'When the key was last changed.' })
  updatedAt!: Timestamp;
}

/** The configuration in use is the first row of the table. */
const FIRST = { orderBy: { id: 'asc' }, limit: 1 } as const;

/** Reads the configuration in use; null until a key is stored. */
export async function readConfigInUse(em: EntityManager): Promise<LlmConfig | null> {
  const [config] = await em.find(LlmConfig, {}, { ...FIRST, refresh: true });
  return config ?? null;
}

/** Reads its number alone, and no key. */
export async function readConfigIdInUse(em: EntityManager): Promise<number | null> {
  const [config] = await em.find(LlmConfig, {}, { ...FIRST, fields: ['id'] });
  return config?.id ?? null;
}

/** The same as {@link readConfigInUse}, locked: an older backend that writes the row waits for us, or we for it. */
export async function lockConfigInUse(transaction: EntityManager): Promise<LlmConfig | null> {
  const [config] = await transaction.find(
    LlmConfig,
    {},
    { ...FIRST, refresh: true, lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  return config ?? null;
}

const ROTATING = 7_301_004;

/** Waits until no other transaction on any server changes stored keys, and keeps others waiting until this one ends. */
export async function lockRotations(transaction: EntityManager): Promise<void> {
  await transaction.execute('SELECT pg_advisory_xact_lock(?)', [ROTATING]);
}

/**
 * Stores what a vault sealed. MikroORM writes values into the text of its statements, which PostgreSQL's logs and
 * pg_stat_activity hold; by its Kysely they go as parameters, in the same transaction. So no key is ever flushed.
 */
export async function storeKey(
  transaction: EntityManager,
  id: number,
  stored: { api_key: string; updated_at?: Timestamp },
): Promise<void> {
  await transaction
    .getKysely<{ llm_configs: { id: number; api_key: string; updated_at: Timestamp } }>()
    .updateTable('llm_configs')
    .set(stored)
    .where('id', '=', id)
    .execute();
}

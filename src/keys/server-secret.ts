import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** A random value that all servers on one database share (table llm_server_secrets); served by no field. */
@Entity({ tableName: 'llm_server_secrets' })
export class ServerSecret {
  @PrimaryKey({ type: 'text' })
  name!: string;

  @Property({ type: 'text' })
  value!: string;
}

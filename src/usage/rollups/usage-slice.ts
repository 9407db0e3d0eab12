import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** A combination of values that calls share (table llm_usage_slices), which rollups refer to. */
@Entity({
  tableName: 'llm_usage_slices',
  comment: 'Combinations of values that calls share, for llm_usage_rollups.',
})
@Index({
  name: 'llm_usage_slices_dimensions_group_id_idx',
  expression:
    'CREATE INDEX llm_usage_slices_dimensions_group_id_idx ON llm_usage_slices USING btree (dimensions, group_id)',
})
export class UsageSlice {
  @PrimaryKey({ type: 'integer', autoincrement: true, comment: 'Number of the combination.' })
  id!: number;

  @Property({
    type: 'text',
    comment:
      'Which columns count: status; group (status and group_id); model (status, model and config_id); all of them.',
  })
  dimensions!: string;

  @Property({ type: 'string', length: 20, comment: 'Status of the calls.' })
  status!: string;

  @Property({ type: 'integer', nullable: true, comment: 'Group of the calls.' })
  groupId!: number | null;

  @Property({ type: 'text', nullable: true, comment: 'Model of the calls.' })
  model!: string | null;

  @Property({ type: 'integer', nullable: true, comment: 'Provider configuration of the calls.' })
  configId!: number | null;
}

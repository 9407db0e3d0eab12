import { Migration } from '@mikro-orm/migrations';

/**
 * Brings a database that an older backend made to the simplified structure, without touching its rows:
 * drops the foreign keys on config_id and template_id whatever their names are, and lifts NOT NULL from
 * columns of llm_configs that this product does not know, so that it can insert beside them.
 */
export class SimplifyLlmConfigs extends Migration {
  override up(): void {
    this.addSql(`DO $$
      DECLARE found record;
      BEGIN
        FOR found IN
          SELECT conname FROM pg_constraint
          WHERE contype = 'f' AND conrelid = 'llm_call_logs'::regclass AND conkey && ARRAY(
            SELECT attnum FROM pg_attribute
            WHERE attrelid = 'llm_call_logs'::regclass AND attname IN ('config_id', 'template_id')
          )
        LOOP
          EXECUTE format('ALTER TABLE llm_call_logs DROP CONSTRAINT %I', found.conname);
        END LOOP;
        FOR found IN
          SELECT attname FROM pg_attribute
          WHERE attrelid = 'llm_configs'::regclass AND attnum > 0 AND NOT attisdropped
            AND attnotnull AND NOT atthasdef AND attidentity = ''
            AND attname NOT IN ('id', 'api_key', 'updated_at')
        LOOP
          EXECUTE format('ALTER TABLE llm_configs ALTER COLUMN %I DROP NOT NULL', found.attname);
        END LOOP;
      END
    $$`);
  }
}

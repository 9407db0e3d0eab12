import { CatalogueMigration } from './catalogue-migration.js';

/** What tells two calls under one idempotency key apart. Keys from before have none, and stand for any call. */
export class IdempotencyContent extends CatalogueMigration {
  protected override async plan(): Promise<void> {
    const columns = await this.read(
      `SELECT FROM pg_attribute
       WHERE attrelid = to_regclass('llm_call_log_idempotency_keys') AND attname = 'content' AND NOT attisdropped`,
    );
    if (columns.length === 0)
      this.addSql('ALTER TABLE llm_call_log_idempotency_keys ADD COLUMN content TEXT');
    this.addSql(`INSERT INTO llm_server_secrets (name, value)
VALUES ('recording', gen_random_uuid()::text || gen_random_uuid()::text)
ON CONFLICT (name) DO NOTHING`);
  }
}

import { CatalogueMigration } from './catalogue-migration.js';

/** What the product needs besides the log itself, in tables of its own. */
export class ProductTables extends CatalogueMigration {
  protected override async plan(): Promise<void> {
    await this.createTable('llm_key_rotations', [
      'id BIGSERIAL CONSTRAINT llm_key_rotations_pkey PRIMARY KEY',
      'config_id INTEGER NOT NULL',
      'rotated_at TIMESTAMP NOT NULL',
      'rotated_by TEXT NOT NULL',
      'previous_fingerprint VARCHAR(16)',
      'new_fingerprint VARCHAR(16) NOT NULL',
      'reason TEXT',
    ]);
    await this.createTable('llm_call_log_idempotency_keys', [
      'key TEXT CONSTRAINT llm_call_log_idempotency_keys_pkey PRIMARY KEY',
      'call_log_id BIGINT NOT NULL',
      'created_at TIMESTAMP NOT NULL',
    ]);
    await this.createIndex(
      'llm_call_log_idempotency_keys_created_at_index',
      'llm_call_log_idempotency_keys',
      'btree (created_at)',
    );
    await this.createTable('llm_server_secrets', [
      'name TEXT CONSTRAINT llm_server_secrets_pkey PRIMARY KEY',
      'value TEXT NOT NULL',
    ]);
    this.addSql(`INSERT INTO llm_server_secrets (name, value)
SELECT name, gen_random_uuid()::text || gen_random_uuid()::text
FROM (VALUES ('fingerprint'), ('cursor')) AS secrets (name)
ON CONFLICT (name) DO NOTHING`);
  }
}

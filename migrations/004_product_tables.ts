import { Migration } from '@mikro-orm/migrations';

/** What the product needs besides the log itself, in tables of its own. */
export class ProductTables extends Migration {
  override up(): void {
    this.addSql(`CREATE TABLE IF NOT EXISTS llm_key_rotations (
      id BIGSERIAL CONSTRAINT llm_key_rotations_pkey PRIMARY KEY,
      config_id INTEGER NOT NULL,
      rotated_at TIMESTAMP NOT NULL,
      rotated_by TEXT NOT NULL,
      previous_fingerprint VARCHAR(16),
      new_fingerprint VARCHAR(16) NOT NULL,
      reason TEXT
    )`);
    this.addSql(`CREATE TABLE IF NOT EXISTS llm_call_log_idempotency_keys (
      key TEXT CONSTRAINT llm_call_log_idempotency_keys_pkey PRIMARY KEY,
      call_log_id BIGINT NOT NULL,
      created_at TIMESTAMP NOT NULL
    )`);
    this.addSql(`CREATE INDEX IF NOT EXISTS llm_call_log_idempotency_keys_created_at_index
      ON llm_call_log_idempotency_keys (created_at)`);
    this.addSql(`CREATE TABLE IF NOT EXISTS llm_server_secrets (
      name TEXT CONSTRAINT llm_server_secrets_pkey PRIMARY KEY,
      value TEXT NOT NULL
    )`);
    this.addSql(`INSERT INTO llm_server_secrets (name, value)
      SELECT name, gen_random_uuid()::text || gen_random_uuid()::text
      FROM (VALUES ('fingerprint'), ('cursor')) AS secrets (name)
      ON CONFLICT (name) DO NOTHING`);
  }
}

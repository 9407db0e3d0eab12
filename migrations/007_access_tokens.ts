import { CatalogueMigration } from './catalogue-migration.js';

/** Tokens that callers sign in with; of each, only a hash is kept. */
export class AccessTokens extends CatalogueMigration {
  protected override async plan(): Promise<void> {
    await this.createTable('llm_access_tokens', [
      'id BIGSERIAL CONSTRAINT llm_access_tokens_pkey PRIMARY KEY',
      'name TEXT NOT NULL',
      'token_hash VARCHAR(64) NOT NULL CONSTRAINT llm_access_tokens_token_hash_key UNIQUE',
      'scopes TEXT[] NOT NULL',
      'group_ids INTEGER[]',
      'created_at TIMESTAMP NOT NULL',
      'expires_at TIMESTAMP',
      'last_used_at TIMESTAMP',
      'revoked_at TIMESTAMP',
    ]);
  }
}

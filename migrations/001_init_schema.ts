import { CatalogueMigration } from './catalogue-migration.js';

/**
 * The tables of the log. Where an older backend has made them already, they stay as they are.
 *
 * config_id and template_id carry no foreign key: a call outlives the configuration it was made with.
 */
export class InitSchema extends CatalogueMigration {
  protected override async plan(): Promise<void> {
    await this.createTable('groups', [
      'id SERIAL CONSTRAINT groups_pkey PRIMARY KEY', //
      'name TEXT NOT NULL',
    ]);
    await this.createTable('llm_configs', [
      'id SERIAL CONSTRAINT llm_configs_pkey PRIMARY KEY',
      'api_key TEXT NOT NULL',
      'updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP',
    ]);
    await this.createTable('llm_prompt_templates', [
      'id SERIAL CONSTRAINT llm_prompt_templates_pkey PRIMARY KEY',
      'name VARCHAR(100)',
      'content TEXT',
      'created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP',
    ]);
    await this.createTable('llm_call_logs', [
      'id BIGSERIAL CONSTRAINT llm_call_logs_pkey PRIMARY KEY',
      'config_id INTEGER',
      'template_id INTEGER',
      'group_id INTEGER CONSTRAINT llm_call_logs_group_id_fkey REFERENCES groups (id)',
      'activation_code VARCHAR(32)',
      'request_messages JSONB NOT NULL',
      'request_params JSONB',
      'response_content TEXT',
      'response_data JSONB',
      "status VARCHAR(20) NOT NULL CONSTRAINT llm_call_logs_status_check CHECK (status IN ('success', 'error'))",
      'error_message TEXT',
      'tokens_used INTEGER',
      'prompt_tokens INTEGER',
      'completion_tokens INTEGER',
      'call_time TIMESTAMP DEFAULT CURRENT_TIMESTAMP',
      'duration_ms INTEGER',
    ]);
  }
}

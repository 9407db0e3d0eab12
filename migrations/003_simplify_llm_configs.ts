import { CatalogueMigration } from './catalogue-migration.js';

/** The columns that this product writes. */
const KNOWN = {
  llm_call_logs: [
    ...[
      'id',
      'config_id',
      'template_id',
      'group_id',
      'activation_code',
      'request_messages',
      'request_params',
    ],
    ...['response_content', 'response_data', 'status', 'error_message', 'tokens_used', 'prompt_tokens'],
    ...['completion_tokens', 'call_time', 'duration_ms'],
  ],
  llm_configs: ['id', 'api_key', 'updated_at'],
  groups: ['id', 'name'],
};

/**
 * Brings a database that an older backend made to the simplified structure, without touching its rows:
 * drops the foreign keys on config_id and template_id whatever their names are, and lifts NOT NULL from
 * columns that this product does not know, so that it can insert beside them.
 *
 * Calls come first: whoever writes one locks them before the tables that they refer to, and so do we.
 */
export class SimplifyLlmConfigs extends CatalogueMigration {
  protected override async plan(): Promise<void> {
    const { llm_call_logs, ...others } = KNOWN;
    const ofCalls = [...(await this.foreignKeys()), ...(await this.notNulls('llm_call_logs', llm_call_logs))];
    if (ofCalls.length > 0) this.keepVacuumAway('llm_call_logs');
    for (const statement of ofCalls) this.addSql(statement);
    for (const [table, columns] of Object.entries(others)) {
      for (const statement of await this.notNulls(table, columns)) this.addSql(statement);
    }
  }

  private async foreignKeys(): Promise<string[]> {
    // One that belongs to a partition of the other table goes with its parent.
    const found = await this.read<{ statement: string }>(
      `SELECT format('ALTER TABLE %I.%I DROP CONSTRAINT %I', nspname, relname, conname) AS statement
       FROM pg_constraint
       JOIN pg_class ON pg_class.oid = conrelid
       JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE contype = 'f' AND conparentid = 0 AND conrelid = to_regclass('llm_call_logs') AND conkey && ARRAY(
         SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname IN ('config_id', 'template_id')
       )
       ORDER BY conname`,
    );
    return found.map(({ statement }) => statement);
  }

  /** A column of the primary key cannot be null, and stays as it is. */
  private async notNulls(table: string, known: string[]): Promise<string[]> {
    const found = await this.read<{ statement: string }>(
      `SELECT format('ALTER TABLE %I.%I ALTER COLUMN %I DROP NOT NULL', nspname, relname, attname) AS statement
       FROM pg_attribute
       JOIN pg_class ON pg_class.oid = attrelid
       JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped
         AND attnotnull AND NOT atthasdef AND attidentity = '' AND attname <> ALL (string_to_array(?, ','))
         AND NOT EXISTS (
           SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey)
         )
       ORDER BY attnum`,
      [table, known.join(',')],
    );
    return found.map(({ statement }) => statement);
  }
}

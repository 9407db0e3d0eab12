import { CatalogueMigration } from './catalogue-migration.js';

const ORDER = 'call_time DESC, id DESC';

/** Cut, since an index entry has its limits, and no insert of another program's may fail for them. */
const MODEL = `"left"(COALESCE((request_params ->> 'model'::text), (response_data ->> 'model'::text)), 200)`;

/** Keyset indexes: each serves pages in the order of time, of all calls or of those that share one value. */
export class CallLogIndexes extends CatalogueMigration {
  /** CREATE INDEX CONCURRENTLY does not run inside a transaction. */
  override isTransactional(): boolean {
    return false;
  }

  protected override async plan(): Promise<void> {
    await this.createIndex('llm_call_logs_call_time_id_idx', 'llm_call_logs', `btree (${ORDER})`);
    for (const column of ['group_id', 'status', 'activation_code', 'config_id']) {
      await this.createIndex(
        `llm_call_logs_${column}_call_time_id_idx`,
        'llm_call_logs',
        `btree (${column}, ${ORDER})`,
      );
    }
    await this.createIndex(
      'llm_call_logs_model_call_time_id_idx',
      'llm_call_logs',
      `btree (${MODEL}, ${ORDER})`,
    );
  }
}

import { ConcurrentIndexMigration } from './concurrent-index.js';

/** Keyset indexes: each serves pages in the order of time, of all calls or of those that share one value. */
export class CallLogIndexes extends ConcurrentIndexMigration {
  override async up(): Promise<void> {
    const order = 'call_time DESC, id DESC';
    // Cut, since an index entry has its limits, and no insert of another program's may fail for them.
    const model = "(left(coalesce(request_params ->> 'model', response_data ->> 'model'), 200))";
    await this.createIndex('llm_call_logs_call_time_id_idx', `llm_call_logs (${order})`);
    for (const column of ['group_id', 'status', 'activation_code', 'config_id']) {
      await this.createIndex(
        `llm_call_logs_${column}_call_time_id_idx`,
        `llm_call_logs (${column}, ${order})`,
      );
    }
    await this.createIndex('llm_call_logs_model_call_time_id_idx', `llm_call_logs (${model}, ${order})`);
  }
}

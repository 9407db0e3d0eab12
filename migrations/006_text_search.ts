import { ConcurrentIndexMigration } from './concurrent-index.js';

/**
 * Search in prompts and responses by trigrams.
 *
 * llm_call_log_text gives what a person would call the text of a call: every string in the messages but
 * the roles and types that frame them, then the response, which is response_content or, where that is
 * null, every string in response_data. A unit separator keeps pieces apart. The function names nothing
 * outside pg_catalog, because index builds and restores run with a bare search path.
 */
export class TextSearch extends ConcurrentIndexMigration {
  override async up(): Promise<void> {
    await this.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    await this.execute(`CREATE OR REPLACE FUNCTION llm_call_log_text(
      request_messages jsonb, response_content text, response_data jsonb
    ) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT coalesce(string_agg(piece #>> '{}', E'\\x1f'), '') || E'\\x1f' || coalesce(response_content, '')
      FROM (
        VALUES (request_messages), (CASE WHEN response_content IS NULL THEN response_data END)
      ) AS bodies (body),
      LATERAL (
        SELECT jsonb_path_query(body, 'strict $ ? (@.type() == "string")')
        UNION ALL
        SELECT jsonb_path_query(body, 'strict $.** ? (@.type() == "array")[*] ? (@.type() == "string")')
        UNION ALL
        SELECT jsonb_path_query(body, 'strict $.** ? (@.type() == "object").keyvalue()
          ? (@.key != "role" && @.key != "type").value ? (@.type() == "string")')
      ) AS pieces (piece)
    $$`);
    await this.createIndex(
      'llm_call_logs_text_idx',
      'llm_call_logs USING gin (llm_call_log_text(request_messages, response_content, response_data) gin_trgm_ops)',
    );
  }
}

import { CatalogueMigration } from './catalogue-migration.js';

const BODY = `
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
    `;

/**
 * Search in prompts and responses by trigrams.
 *
 * llm_call_log_text gives what a person would call the text of a call: every string in the messages but
 * the roles and types that frame them, then the response, which is response_content or, where that is
 * null, every string in response_data. A unit separator keeps pieces apart. The function names nothing
 * outside pg_catalog, because index builds and restores run with a bare search path.
 */
export class TextSearch extends CatalogueMigration {
  /** CREATE INDEX CONCURRENTLY does not run inside a transaction. */
  override isTransactional(): boolean {
    return false;
  }

  protected override async plan(): Promise<void> {
    const operators = await this.trigramOperators();
    await this.defineFunction(
      'llm_call_log_text',
      ['request_messages jsonb', 'response_content text', 'response_data jsonb'],
      'text LANGUAGE sql IMMUTABLE PARALLEL SAFE',
      BODY,
    );
    await this.createIndex(
      'llm_call_logs_text_idx',
      'llm_call_logs',
      `gin (llm_call_log_text(request_messages, response_content, response_data) ${operators})`,
    );
  }

  /** The operator class of pg_trgm, which may stand in a schema that the search path does not reach. */
  private async trigramOperators(): Promise<string> {
    const [found] = await this.read<{ name: string }>(
      `SELECT CASE WHEN pg_opclass_is_visible(pg_opclass.oid) THEN opcname::text
         ELSE format('%I.%I', nspname, opcname) END AS name
       FROM pg_extension
       JOIN pg_opclass ON opcnamespace = extnamespace AND opcname = 'gin_trgm_ops'
       JOIN pg_namespace ON pg_namespace.oid = opcnamespace
       WHERE extname = 'pg_trgm'`,
    );
    if (found) return found.name;
    this.addSql('CREATE EXTENSION pg_trgm');
    return 'gin_trgm_ops';
  }
}

import { CatalogueMigration } from './catalogue-migration.js';

const SUMS = [
  'tokens_counted',
  'tokens_used',
  'prompt_tokens',
  'completion_tokens',
  'durations_counted',
  'duration_ms',
];

/** What the calls of a delta share. */
const CELL = ['block', 'bucket', 'status', 'group_id', 'model', 'config_id'];

/** What of a call usage is about. */
const FACTS = ['id', ...CELL, 'tokens_used', 'prompt_tokens', 'completion_tokens', 'duration_ms'];

/** The power of two that a duration of 128 and more begins with; the half keeps rounding away from the powers. */
const EXPONENT =
  'floor(ln(abs(duration_ms::bigint) + 0.5::double precision) / ln(2::double precision))::integer';

/** Numbers the buckets of a histogram: one for each value below 128, then 64 from a power of two to the next. */
const DURATION_INDEX = `
  SELECT CASE
    WHEN duration_ms BETWEEN -127 AND 127 THEN duration_ms
    ELSE sign(duration_ms)::integer * (
      64 * (${EXPONENT} - 6) + (abs(duration_ms::bigint) >> (${EXPONENT} - 6))::integer
    )
  END::smallint
`;

/** The tables in which a statement's triggers see what it wrote. */
const TRANSITION_TABLES = {
  insert: ' REFERENCING NEW TABLE AS added',
  update: ' REFERENCING OLD TABLE AS removed NEW TABLE AS added',
  delete: ' REFERENCING OLD TABLE AS removed',
  truncate: '',
};

/**
 * Usage, kept up to date by whoever writes calls.
 *
 * Triggers append what a statement changed to llm_usage_deltas, in its own transaction. Nothing there is updated or
 * locked, so writers never wait for each other. Servers move the deltas into llm_usage_rollups.
 *
 * Calls from before are filled in afterwards, some blocks of 65,536 ids at a time. A delta says which block it is
 * about, so that those of calls that a filling has counted can be told from those that came after it.
 */
export class Usage extends CatalogueMigration {
  protected override async plan(): Promise<void> {
    const sums = ['calls', ...SUMS].map((name) => `${name} BIGINT NOT NULL`);
    const dimensions = ['status VARCHAR(20) NOT NULL', 'group_id INTEGER', 'model TEXT', 'config_id INTEGER'];
    await this.createTable('llm_usage_deltas', [
      'id BIGSERIAL CONSTRAINT llm_usage_deltas_pkey PRIMARY KEY',
      'block BIGINT NOT NULL',
      'bucket TIMESTAMP NOT NULL',
      ...dimensions,
      ...sums,
      'durations SMALLINT[] NOT NULL',
    ]);
    await this.createTable('llm_usage_slices', [
      'id SERIAL CONSTRAINT llm_usage_slices_pkey PRIMARY KEY',
      'dimensions TEXT NOT NULL',
      ...dimensions,
    ]);
    await this.createIndex(
      'llm_usage_slices_dimensions_group_id_idx',
      'llm_usage_slices',
      'btree (dimensions, group_id)',
    );
    await this.createTable('llm_usage_rollups', [
      'slice_id INTEGER NOT NULL',
      'unit SMALLINT NOT NULL',
      'bucket TIMESTAMP NOT NULL',
      ...sums,
      'duration_indexes SMALLINT[] NOT NULL',
      'duration_calls BIGINT[] NOT NULL',
      // What adds up comes along, so that sums are read from the index alone, and not past histograms.
      `CONSTRAINT llm_usage_rollups_pkey PRIMARY KEY (slice_id, unit, bucket) INCLUDE (${['calls', ...SUMS].join(', ')})`,
    ]);
    await this.createTable('llm_usage_state', [
      'id INTEGER CONSTRAINT llm_usage_state_pkey PRIMARY KEY',
      'complete BOOLEAN NOT NULL',
      'next_block BIGINT',
      'verified_at TIMESTAMP',
      'differences BIGINT',
    ]);
    const schema = await this.schemaOf('llm_usage_deltas');
    this.addSql(`CREATE OR REPLACE FUNCTION ${schema}.llm_usage_duration_index(duration_ms integer)
RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$${DURATION_INDEX}$$`);
    // Whoever may write calls keeps their usage, too; the names are whole, so that nobody can put others in their place.
    this.addSql(`CREATE OR REPLACE FUNCTION ${schema}.llm_usage_keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$${keep(schema)}$$`);
    await this.createTriggers(schema);
    // No call is written in between, since the triggers' lock is held. By the index, and from its end: writers wait, and
    // the table may begin with millions of rows that were deleted.
    this.addSql(`INSERT INTO llm_usage_state (id, complete)
SELECT 1, max(id) IS NULL FROM llm_call_logs
ON CONFLICT (id) DO NOTHING`);
  }

  private async createTriggers(schema: string): Promise<void> {
    const there = await this.read<{ name: string }>(
      `SELECT tgname AS name FROM pg_trigger WHERE tgrelid = to_regclass('llm_call_logs')`,
    );
    const missing = Object.entries(TRANSITION_TABLES)
      .map(([event, tables]) => ({ event, tables, name: `llm_usage_${event}` }))
      .filter(({ name }) => !there.some((trigger) => trigger.name === name));
    if (missing.length > 0) this.keepVacuumAway('llm_call_logs');
    for (const { event, tables, name } of missing) {
      this.addSql(`CREATE TRIGGER ${name} AFTER ${event.toUpperCase()} ON llm_call_logs${tables}
FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.llm_usage_keep()`);
    }
  }
}

/** The body of the trigger function. */
function keep(schema: string): string {
  const append = (signedFacts: string) => `
    INSERT INTO ${schema}.llm_usage_deltas (${[...CELL, 'calls', ...SUMS, 'durations'].join(', ')})
    SELECT ${CELL.join(', ')}, sum(sign),
      sum(sign * (tokens_used IS NOT NULL)::integer), coalesce(sum(sign * tokens_used::bigint), 0),
      coalesce(sum(sign * prompt_tokens::bigint), 0), coalesce(sum(sign * completion_tokens::bigint), 0),
      sum(sign * (duration_ms IS NOT NULL)::integer), coalesce(sum(sign * duration_ms::bigint), 0),
      coalesce(
        array_agg(${schema}.llm_usage_duration_index(duration_ms)) FILTER (WHERE duration_ms IS NOT NULL), '{}'
      )
    FROM (${signedFacts}) AS facts
    GROUP BY ${CELL.join(', ')}, sign;`;
  // What an update left as it was cancels out.
  const changed = `
      SELECT ${FACTS.join(', ')}, sum(sign) AS sign
      FROM (${factsOf('added', 1)}
      UNION ALL${factsOf('removed', -1)}) AS facts
      GROUP BY ${FACTS.join(', ')}
      HAVING sum(sign) <> 0`;
  return `
BEGIN
  IF TG_OP = 'INSERT' THEN${append(factsOf('added', 1))}
  ELSIF TG_OP = 'DELETE' THEN${append(factsOf('removed', -1))}
  ELSIF TG_OP = 'UPDATE' THEN${append(changed)}
  ELSE
    -- In the order in which those who read usage lock them.
    TRUNCATE ${schema}.llm_usage_slices, ${schema}.llm_usage_rollups, ${schema}.llm_usage_deltas;
    UPDATE ${schema}.llm_usage_state
    SET complete = true, next_block = NULL, verified_at = NULL, differences = NULL;
  END IF;
  RETURN NULL;
END
`;
}

/** What the calls of a transition table count as. One whose time is empty, infinite or not to be written counts nowhere. */
function factsOf(rows: string, sign: 1 | -1): string {
  return `
      SELECT id, id >> 16 AS block, date_bin('15 minutes', call_time, TIMESTAMP '0001-01-01') AS bucket, status, group_id,
        "left"(coalesce(request_params ->> 'model', response_data ->> 'model'), 200) AS model, config_id,
        tokens_used, prompt_tokens, completion_tokens, duration_ms, ${sign} AS sign
      FROM ${rows}
      WHERE call_time >= '0001-01-01' AND call_time < '10000-01-01'`;
}

import pg from 'pg';

/** A statement as it went to the database. */
export interface Statement {
  text: string;
  values: unknown[];
}

type Query = (
  this: pg.Client,
  config: string | { text?: string; values?: unknown[] },
  ...rest: unknown[]
) => unknown;

/** Statements that open and close transactions and sessions, and not what a request costs. */
const HOUSEKEEPING = /^\s*(begin|commit|rollback|start transaction|set|savepoint|release)\b/i;

/** The look-up of a caller, which is made once every few seconds, whatever is asked. */
const SIGNING_IN = /\bllm_access_tokens\b/;

/** The look for keys that another server rotated or stored, which a server makes every two seconds. */
const KNOWING_KEYS =
  /\bFROM llm_key_rotations\s+WHERE id >|^\s*SELECT id, api_key AS "apiKey" FROM llm_configs$/;

/** The statements, with their values, that the process sends to any database while `run` runs. */
export async function collectQueries(run: () => Promise<unknown>): Promise<Statement[]> {
  const collected: Statement[] = [];
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const query = prototype.query;
  prototype.query = function (config, ...rest) {
    const text = typeof config === 'string' ? config : (config.text ?? '');
    const values = typeof config === 'string' ? rest[0] : (config.values ?? rest[0]);
    const isAsked = ![HOUSEKEEPING, SIGNING_IN, KNOWING_KEYS].some((kind) => kind.test(text));
    if (isAsked) collected.push({ text, values: Array.isArray(values) ? values : [] });
    return query.call(this, config, ...rest);
  };
  try {
    await run();
  } finally {
    prototype.query = query;
  }
  return collected;
}

/** The texts of the statements that the process sends while `run` runs; transactions' own are left out. */
export async function collectStatements(run: () => Promise<unknown>): Promise<string[]> {
  return (await collectQueries(run)).map(({ text }) => text);
}

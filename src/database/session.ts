/** Settings of PostgreSQL by their name. */
export type Settings = Readonly<Record<string, string | number>>;

/**
 * Every statement is written for UTC, and must read the same whatever the role's or database's defaults are. A
 * connection asks for these when it is opened.
 */
export const FORMATS = { DateStyle: 'ISO, YMD', TimeZone: 'UTC' } as const;

/** No statement is compiled: where estimates are far off, that takes longer than to run it. */
export const ANY_STATEMENT: Settings = { jit: 'off' };

/** A read takes one processor at the most: how many run at once is how much of the machine they take. */
export const READING: Settings = { max_parallel_workers_per_gather: 0 };

/**
 * The statements that a session begins with, as one. A statement whose client was killed ends soon, so that a migration
 * can be run again; not every system that PostgreSQL runs on can notice that.
 */
export function sessionOf(settings: Settings): string {
  return `${assignments('SET', settings)};
  DO $$ BEGIN
    SET client_connection_check_interval = '1s';
  EXCEPTION WHEN invalid_parameter_value THEN NULL;
  END $$`;
}

/** The statements that a transaction begins with where there is no session, as one. */
export function transactionOf(settings: Settings): string {
  return `BEGIN; ${assignments('SET LOCAL', settings)}`;
}

function assignments(verb: string, settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${verb} ${name} = '${value}'`)
    .join('; ');
}

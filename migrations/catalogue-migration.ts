import { Migration } from '@mikro-orm/migrations';

/**
 * How long a statement may wait for a lock: everybody who comes after it waits with it. Shorter than
 * deadlock_timeout, so that it is the migration that gives way, and four such waits in a row stay below
 * the two seconds that an impatient writer allows. Whoever runs the migration tries again.
 */
const SHORT_WAITS = `SET LOCAL lock_timeout = '400ms'`;

/**
 * A migration that reads what is there and adds the statements that this very database needs. A dry run
 * can print them then, and what an older backend made is taken over as it is.
 *
 * Names are looked up along the search path, so that a table in any of its schemas counts as there.
 */
export abstract class CatalogueMigration extends Migration {
  override async up(): Promise<void> {
    await this.plan();
    const statements = this.getQueries();
    if (this.isTransactional() && statements.length > 0) statements.unshift(SHORT_WAITS);
  }

  /** Adds statements; changes nothing itself. */
  protected abstract plan(): Promise<void>;

  protected async read<Row>(query: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.execute(query, values)) as Row[];
  }

  /**
   * Keeps the vacuum of a large table away, which ends for whoever has waited a second for it, but not for
   * statements that give up before. Nobody who reads or writes waits for this lock.
   */
  protected keepVacuumAway(table: string): void {
    this.addSql(`SET LOCAL lock_timeout = '5s'`);
    this.addSql(`LOCK TABLE ${table} IN SHARE UPDATE EXCLUSIVE MODE`);
    this.addSql(SHORT_WAITS);
  }

  /** The schema in which a table is, or is going to be made; quoted where it has to be. */
  protected async schemaOf(table: string): Promise<string> {
    const [found] = await this.read<{ name: string }>(
      `SELECT format('%I', coalesce(
         (SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
          WHERE pg_class.oid = to_regclass(?)),
         current_schema()
       )) AS name`,
      [table],
    );
    return found?.name ?? 'public';
  }

  /** @param columns what stands between the parentheses of CREATE TABLE */
  protected async createTable(name: string, columns: string[]): Promise<void> {
    const there = await this.read('SELECT WHERE to_regclass(?) IS NOT NULL', [name]);
    if (there.length === 0) this.addSql(`CREATE TABLE ${name} (\n  ${columns.join(',\n  ')}\n)`);
  }

  /**
   * One that is there already, in any schema of the search path, gets the new body.
   *
   * @param parameters their names and types
   * @param gives the type of what it gives, and the properties that follow it in CREATE FUNCTION
   */
  protected async defineFunction(
    name: string,
    parameters: string[],
    gives: string,
    body: string,
  ): Promise<void> {
    const types = parameters.map((parameter) => parameter.split(' ')[1]);
    const [found] = await this.read<{ name: string; same: boolean }>(
      `SELECT format('%I.%I', nspname, proname) AS name, prosrc = ? AS same
       FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
       WHERE pg_proc.oid = to_regprocedure(?)`,
      [body, `${name}(${types.join(', ')})`],
    );
    if (found?.same) return;
    this.addSql(`CREATE OR REPLACE FUNCTION ${found?.name ?? name}(
  ${parameters.join(', ')}
) RETURNS ${gives} AS $$${body}$$`);
  }

  /**
   * Outside a transaction, writers go on while the index is built, and an interrupted build is made good.
   *
   * @param name another one is found where something else goes by it
   * @param definition what follows USING, as pg_get_indexdef prints it: that is how an index that is there
   *   already, by whatever name, is known
   */
  protected async createIndex(name: string, table: string, definition: string): Promise<void> {
    const indexes = await this.read<{ name: string; path: string; valid: boolean; definition: string }>(
      `SELECT relname AS name, format('%I.%I', nspname, relname) AS path, indisvalid AS valid,
         substring(printed FROM position(' USING ' IN printed) + 7) AS definition
       FROM pg_index
       JOIN pg_class ON pg_class.oid = indexrelid
       JOIN pg_namespace ON pg_namespace.oid = relnamespace,
       pg_get_indexdef(indexrelid) AS printed
       WHERE indrelid = to_regclass(?)`,
      [table],
    );
    if (indexes.some((index) => index.valid && index.definition === definition)) return;
    const named = (candidate: string) => indexes.find((index) => index.name === candidate);
    let free = name;
    for (let number = 2; named(free)?.valid; number += 1) free = `${name}${number}`;
    const concurrently = this.isTransactional() ? '' : ' CONCURRENTLY';
    // An interrupted build leaves an index behind that is kept up to date but never used.
    const leftover = named(free);
    if (leftover) this.addSql(`DROP INDEX${concurrently} ${leftover.path}`);
    this.addSql(`CREATE INDEX${concurrently} ${free} ON ${table} USING ${definition}`);
  }
}

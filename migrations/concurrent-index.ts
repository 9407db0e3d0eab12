import { Migration } from '@mikro-orm/migrations';

/** A migration that builds indexes while writers go on, and that can be interrupted and run again. */
export abstract class ConcurrentIndexMigration extends Migration {
  /** CREATE INDEX CONCURRENTLY does not run inside a transaction. */
  override isTransactional(): boolean {
    return false;
  }

  /** @param definition what follows ON in CREATE INDEX */
  protected async createIndex(name: string, definition: string): Promise<void> {
    const [existing] = await this.execute(
      'SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(?)',
      [name],
    );
    // An interrupted build leaves an index behind that is kept up to date but never used.
    if (existing && !(existing as { indisvalid: boolean }).indisvalid) {
      await this.execute(`DROP INDEX CONCURRENTLY ${name}`);
    }
    await this.execute(`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${definition}`);
  }
}

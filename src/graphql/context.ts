import type { QueryExecutorProvider } from 'kysely';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../database/database.js';
import type { Cursors } from './cursors.js';
import { readInTurns, readQuickly, type ReadingTurns } from './limits/read-in-turns.js';

/** Who makes a request. */
export interface Caller {
  /** As it is written into audit trails. */
  name: string;
  /** The only groups whose calls it may see and record; null for all. */
  groupIds: readonly string[] | null;
}

/** What all requests to one server share. A feature that gives others something adds it to this interface. */
export interface Services {
  database: Database;
  cursors: Cursors;
  /** Keys the fingerprints of API keys; the same on all servers of one database. */
  fingerprintSecret: string;
  /** Of statements that only read; left out where one caller alone asks. */
  readingTurns?: ReadingTurns;
  /** Most items of a page, where this server gives fewer than the schema allows. */
  pageSize?: number;
  /** The one value that `create` makes for this server, such as a queue. */
  shared: <T>(create: (database: Database) => T) => T;
}

/** What one request works with. */
export interface Context extends Services {
  caller: Caller;
  /** For statements written out. */
  readonly sql: QueryExecutorProvider;
  /** For those that only read, and are likely to be quick. */
  readonly quickSql: QueryExecutorProvider;
  /** Made anew for each request, on first use. */
  readonly em: EntityManager;
  /** Says that the operation only reads, before anything of it runs. */
  readOnly: () => void;
  /** Whether that was said. */
  readonly isReadOnly: boolean;
  /** The one value that `create` makes for this request, such as a DataLoader. */
  once: <T>(create: (context: Context) => T) => T;
}

export function createServices(database: Database, others: Omit<Services, 'database' | 'shared'>): Services {
  return { database, ...others, shared: memoize(() => database) };
}

export function createContext(services: Services, caller: Caller): Context {
  return Object.assign(new LazyContext(services, caller), services, { caller });
}

/**
 * What of a context is made on first use, or known later. Apollo copies a context, and resolvers see the copy: its
 * accessors are those of the class, and what they give is held in one object that all copies share.
 */
class LazyContext {
  readonly held: {
    isReadOnly: boolean;
    sql?: QueryExecutorProvider;
    quickSql?: QueryExecutorProvider;
    em?: EntityManager;
  };
  readonly once: Context['once'];

  constructor(
    readonly services: Services,
    readonly caller: Caller,
  ) {
    this.held = { isReadOnly: false };
    const once = memoize(() => this as unknown as Context);
    this.once = (create) => once(create);
  }

  get sql(): QueryExecutorProvider {
    return (this.held.sql ??= statementsOf(this, readInTurns));
  }

  get quickSql(): QueryExecutorProvider {
    return (this.held.quickSql ??= statementsOf(this, readQuickly));
  }

  get em(): EntityManager {
    return (this.held.em ??= this.services.database.orm.em.fork());
  }

  get isReadOnly(): boolean {
    return this.held.isReadOnly;
  }

  readOnly(): void {
    Object.assign(this.held, { isReadOnly: true, sql: undefined, quickSql: undefined });
  }
}

function statementsOf(
  { services: { database, readingTurns }, caller, held }: LazyContext,
  take: typeof readInTurns,
): QueryExecutorProvider {
  if (!held.isReadOnly) return database.sql;
  if (!readingTurns) return database.reads;
  return take(database, readingTurns, { caller: caller.id, part: held });
}

function memoize<S>(source: () => S): <T>(create: (source: S) => T) => T {
  const made = new Map<unknown, unknown>();
  return <T>(create: (source: S) => T): T => {
    if (!made.has(create)) made.set(create, create(source()));
    return made.get(create) as T;
  };
}

import type { Kysely } from 'kysely';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../database/database.js';
import type { Cursors } from './cursors.js';

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
  /** Most items of a page, where this server gives fewer than the schema allows. */
  pageSize?: number;
  /** The one value that `create` makes for this server, such as a queue. */
  shared: <T>(create: (database: Database) => T) => T;
}

/** What one request works with. */
export interface Context extends Services {
  caller: Caller;
  /** For statements written out. */
  sql: Kysely<unknown>;
  /** Made anew for each request, on first use. */
  em: EntityManager;
  /** The one value that `create` makes for this request, such as a DataLoader. */
  once: <T>(create: (context: Context) => T) => T;
}

export function createServices(database: Database, others: Omit<Services, 'database' | 'shared'>): Services {
  return { database, ...others, shared: memoize(database) };
}

export function createContext(services: Services, caller: Caller): Context {
  let em: EntityManager | undefined;
  const context: Context = {
    ...services,
    caller,
    sql: services.database.sql,
    get em() {
      return (em ??= services.database.orm.em.fork());
    },
    once: (create) => once(create),
  };
  const once = memoize(context);
  return context;
}

function memoize<S>(source: S): <T>(create: (source: S) => T) => T {
  const made = new Map<unknown, unknown>();
  return <T>(create: (source: S) => T): T => {
    if (!made.has(create)) made.set(create, create(source));
    return made.get(create) as T;
  };
}

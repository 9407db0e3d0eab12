import type { EntityManager } from '@mikro-orm/postgresql';
import type { QueryExecutorProvider } from 'kysely';
import type { Database } from '../database/database.js';
import { AnswerTexts } from './answer/answer-texts.js';
import type { Cursors } from './cursors.js';
import { memo } from './memo.js';
import { readInTurns, readQuickly, type ReadingTurns, type StatementRunner } from './limits/read-in-turns.js';

/** What all requests to one server share, whatever feature they are about. */
export interface RequestServices {
  database: Database;
  cursors: Cursors;
  /** Of statements that only read; left out where one caller alone asks. */
  readingTurns?: ReadingTurns;
  /** Most items of a page, where this server gives fewer than the schema allows. */
  pageSize?: number;
  /** The one value that `create` makes for this server, such as a queue. */
  shared<T>(create: (database: Database) => T): T;
}

/** What one request works with, whatever feature it is about. A feature that needs more extends it. */
export interface RequestContext extends RequestServices {
  /** For statements written out. */
  readonly sql: QueryExecutorProvider;
  /** For those that only read, and are likely to be quick. */
  readonly quickSql: QueryExecutorProvider;
  /**
   * For entities; made anew for each request, on first use. In an operation that only reads, its statements take turns
   * and have a time limit, as those of `sql` do, and it has no transactions.
   */
  readonly em: EntityManager;
  /** JSON that goes into the answer as it is. */
  readonly answer: AnswerTexts;
  /** Says that the operation only reads, before anything of it runs. */
  readOnly(): void;
  /** Whether that was said. */
  readonly isReadOnly: boolean;
  /** The one value that `create` makes for this request, such as a DataLoader. */
  once<T>(create: (context: this) => T): T;
}

export function requestServices(
  database: Database,
  others: Omit<RequestServices, 'database' | 'shared'>,
): RequestServices {
  return {
    database,
    ...others,
    shared: memo<(database: Database) => unknown, unknown, []>((create) =>
      create(database),
    ) as RequestServices['shared'],
  };
}

/**
 * Makes the context of one request.
 *
 * @param callerId tells callers apart, who take turns with each other
 * @param own what the features add to it
 */
export function createRequestContext<Own extends object>(
  services: RequestServices,
  callerId: string,
  own: Own,
): RequestContext & Own {
  return Object.assign(new LazyContext(services, callerId), services, own);
}

/**
 * What of a context is made on first use, or known later. Apollo copies a context, and resolvers see the copy: its
 * accessors are those of the class, and what they give is held in one object that all copies share.
 */
class LazyContext {
  readonly held: {
    isReadOnly: boolean;
    answer: AnswerTexts;
    sql?: StatementRunner;
    quickSql?: StatementRunner;
    em?: EntityManager;
  };
  readonly once: <T>(create: (context: never) => T) => T;

  constructor(
    readonly services: RequestServices,
    readonly callerId: string,
  ) {
    this.held = { isReadOnly: false, answer: new AnswerTexts() };
    this.once = memo((create: (context: never) => unknown) => create(this as never)) as typeof this.once;
  }

  get sql(): StatementRunner {
    return (this.held.sql ??= statementsOf(this, readInTurns));
  }

  get quickSql(): StatementRunner {
    return (this.held.quickSql ??= statementsOf(this, readQuickly));
  }

  get em(): EntityManager {
    return (this.held.em ??= entityManagerOf(this));
  }

  get answer(): AnswerTexts {
    return this.held.answer;
  }

  get isReadOnly(): boolean {
    return this.held.isReadOnly;
  }

  readOnly(): void {
    Object.assign(this.held, { isReadOnly: true, sql: undefined, quickSql: undefined, em: undefined });
  }
}

function statementsOf(
  { services: { database, readingTurns }, callerId, held }: LazyContext,
  take: typeof readInTurns,
): StatementRunner {
  if (!held.isReadOnly) return database.sql;
  if (!readingTurns) return database.reads;
  return take(database, readingTurns, { caller: callerId, part: held });
}

function entityManagerOf(context: LazyContext): EntityManager {
  const em = context.services.database.orm.em.fork();
  // What MikroORM calls a transaction's context is what it runs every statement by.
  if (context.isReadOnly) em.setTransactionContext(context.sql);
  return em;
}

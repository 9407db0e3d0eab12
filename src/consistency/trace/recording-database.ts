import { AsyncLocalStorage } from 'node:async_hooks';
import { MikroORM } from '@mikro-orm/postgresql';
import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
} from 'kysely';
import { DEFAULT_WRITE_TIMEOUT_MS } from '../../database/connection-kinds.js';
import type { Database, Entities } from '../../database/database.js';
import { textOf } from '../../database/prepared.js';
import { Columns } from './sql/columns.js';
import { Recorder, type Recording } from './recording.js';

/** A database of no server: it notes the statements that it is sent, and answers as the recording says. */
export interface RecordingDatabase {
  database: Database;
  /** Of the tables of the entities, and what statements name besides. */
  columns: Columns;
  /** Runs something; what it sends, then or later, is noted in the recording. */
  record: <T>(recording: Recording, run: () => Promise<T>) => Promise<T>;
}

export function openRecordingDatabase(entities: Entities): RecordingDatabase {
  const columns = new Columns();
  const recorder = new Recorder(columns);
  const current = new AsyncLocalStorage<Recording>();
  const answer = (query: CompiledQuery) => {
    const recording = current.getStore();
    const rows = recording ? recorder.answer(recording, textOf(query), query.parameters) : [];
    return Promise.resolve({ rows: rows as never[], numAffectedRows: 1n });
  };
  const orm = new MikroORM({
    entities,
    dbName: 'none',
    ensureDatabase: false,
    driverOptions: dialectOf({
      executeQuery: answer,
      async *streamQuery(query) {
        yield await answer(query);
      },
    }),
    logger: () => undefined,
  });
  for (const { tableName, props } of orm.getMetadata().getAll().values()) {
    // The other side of a relation has no column.
    const stored = props.filter((property) => (property as Partial<typeof property>).fieldNames);
    const times = stored.filter(({ columnTypes }) => columnTypes[0]?.startsWith('timestamp'));
    const namesOf = (some: typeof props) => some.flatMap(({ fieldNames }) => fieldNames);
    columns.add(tableName, namesOf(stored), namesOf(times));
  }
  const kysely = orm.em.fork().getKysely<unknown>();
  const database: Database = {
    orm,
    ...{ sql: kysely, recording: kysely, upkeep: kysely, reads: kysely, quickReads: kysely },
    ...{ readTimeout: 0, writeTimeout: DEFAULT_WRITE_TIMEOUT_MS, readers: 1, recorders: 1, url: '' },
    pooler: 'none',
    distrustConnections: () => undefined,
    connections: () => [],
    close: () => orm.close(true),
  };
  return { database, columns, record: (recording, run) => current.run(recording, run) };
}

function dialectOf(connection: DatabaseConnection): Dialect {
  const nothing = () => Promise.resolve();
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createDriver: () => ({
      init: nothing,
      acquireConnection: () => Promise.resolve(connection),
      beginTransaction: nothing,
      commitTransaction: nothing,
      rollbackTransaction: nothing,
      savepoint: nothing,
      rollbackToSavepoint: nothing,
      releaseSavepoint: nothing,
      releaseConnection: nothing,
      destroy: nothing,
    }),
  };
}

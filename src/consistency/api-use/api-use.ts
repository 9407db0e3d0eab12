import type { GraphQLSchema } from 'graphql';
import type { MikroORM } from '@mikro-orm/postgresql';
import { loadModule } from 'libpg-query';
import { traceEntities, traceOperations } from './trace.js';
import { DryRunner, type ContextFactory } from './dry-run.js';
import { columnsOfProperty, shownEntities } from './entity-rows.js';
import { FieldUses } from './field-uses.js';
import { openRecordingDatabase } from './recording-database.js';
import { tablesOf, type TableUse } from './table-use.js';

/** Which fields of the API use which columns; found out from what resolvers do, not from any list. */
export interface ApiUse {
  /** The tables of the entities, and any other that a resolver touches. */
  tables: Map<string, TableUse>;
  /** Fields of types of entities that read nothing and never have a value: a client would get null or an error. */
  fieldsWithoutColumn: string[];
  /** Statements that PostgreSQL's parser could not read, with the field that sent them. */
  unparsed: { field: string; statement: string }[];
}

/**
 * Runs every field of an API against a database that is none, and tells what the statements that arrive there
 * read and write. It touches no network and no file.
 *
 * What it cannot see: columns that a resolver uses only when a value is just so, such as a call of a certain
 * model; statements sent over connections of one's own; and work outside of GraphQL.
 *
 * @param orm whose entities are the tables that are known; it is not used otherwise
 * @param createContext makes the context of one operation on the database given; it must bring nothing that
 *   reaches beyond that
 */
export async function traceApiUse(
  schema: GraphQLSchema,
  orm: MikroORM,
  createContext: ContextFactory,
): Promise<ApiUse> {
  await loadModule();
  const recording = openRecordingDatabase(orm.config.get('entities'));
  const runner = new DryRunner(schema, recording, createContext);
  const uses = new FieldUses();
  const entities = shownEntities(schema, recording.database.orm);
  const { roots, unparsed } = await traceOperations(runner, uses);
  await traceEntities(runner, uses, entities);
  const { columns } = recording;
  const fieldsWithoutColumn = entities.flatMap(({ type, meta }) =>
    Object.keys(type.getFields()).flatMap((name) => {
      const use = uses.of(`${type.name}.${name}`);
      const property = columnsOfProperty(meta, name, columns);
      for (const column of property) use.reads.add(column);
      const isProperty = meta.props.some((prop) => prop.name === name);
      return isProperty || use.alive || use.reads.size > 0 ? [] : [`${type.name}.${name}`];
    }),
  );
  await recording.database.close();
  return {
    tables: tablesOf(schema, columns, uses, roots),
    fieldsWithoutColumn: fieldsWithoutColumn.sort(),
    unparsed,
  };
}

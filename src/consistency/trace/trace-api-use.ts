import type { GraphQLSchema } from 'graphql';
import type { Entities } from '../../database/database.js';
import { loadParser } from '../../database/structure/sql-parser.js';
import type { ApiUse } from '../api-use.js';
import { DryRunner, type ContextFactory } from './dry-run.js';
import { columnsOfProperty, shownEntities, traceEntities, type ShownEntity } from './entity-trace.js';
import { addUse, FieldUses } from './field-uses.js';
import { nullableSchema } from './nullable-schema.js';
import { OperationTrace } from './operation-trace.js';
import { openRecordingDatabase } from './recording-database.js';
import type { Columns } from './sql/columns.js';
import { usesByTable } from './uses-by-table.js';

/**
 * Runs every field of an API against a database that is none, and tells what the statements that arrive there
 * read and write. It touches no network and no file.
 *
 * What it cannot see: columns that a resolver uses only when a value is just so, such as a call of a certain
 * model; statements sent over connections of one's own; and work outside of GraphQL.
 *
 * @param entities whose tables are known
 * @param createContext makes the context of one operation on the database given; it must bring nothing that
 *   reaches beyond that
 */
export async function traceApiUse(
  schema: GraphQLSchema,
  entities: Entities,
  createContext: ContextFactory,
): Promise<ApiUse> {
  await loadParser();
  const recording = openRecordingDatabase(entities);
  const runner = new DryRunner(nullableSchema(schema), recording, createContext);
  const uses = new FieldUses();
  const shown = shownEntities(runner.schema, recording.database.orm);
  const operations = new OperationTrace(runner, uses);
  await operations.run();
  await traceEntities(runner, uses, shown);
  await recording.database.close();
  const { columns } = recording;
  const fieldsWithoutColumn = shown.flatMap((entity) => deadFields(entity, uses, columns));
  return {
    tables: usesByTable(schema, columns, uses, operations.roots),
    fieldsWithoutColumn: fieldsWithoutColumn.sort(),
    unparsed: [...uses].flatMap(([field, use]) =>
      [...use.unparsed].map((statement) => ({ field, statement })),
    ),
  };
}

/** The fields of an entity that stand for no property, and of which nothing came. */
function deadFields({ type, meta }: ShownEntity, uses: FieldUses, columns: Columns): string[] {
  return Object.keys(type.getFields()).flatMap((name) => {
    const field = `${type.name}.${name}`;
    const use = uses.of(field);
    // A field of a property's name shows it, even where its resolver does more.
    addUse(use, { shows: new Set(columnsOfProperty(meta, name, columns)) });
    const isProperty = meta.props.some((property) => property.name === name);
    return isProperty || use.alive ? [] : [field];
  });
}

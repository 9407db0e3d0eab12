import { setImmediate } from 'node:timers/promises';
import { GraphQLSchema, isObjectType, type GraphQLObjectType } from 'graphql';
import {
  ReferenceKind,
  type EntityMetadata,
  type EntityProperty,
  type MikroORM,
} from '@mikro-orm/postgresql';
import type { Column, Columns } from './sql/columns.js';
import type { DryRunner } from './dry-run.js';
import { addUse, useOf, type FieldUses } from './field-uses.js';
import { callOf } from './literals.js';
import { typename } from './operations.js';
import { FULL, Recording } from './recording.js';

/** An entity that the API shows as a type of its name. */
export interface ShownEntity {
  type: GraphQLObjectType;
  meta: EntityMetadata;
  /** The API with this type in Query's place, so that its fields can be asked of an object at hand. */
  schema: GraphQLSchema;
}

export function shownEntities(schema: GraphQLSchema, orm: MikroORM): ShownEntity[] {
  return [...orm.getMetadata().getAll().values()].flatMap((meta) => {
    const type = schema.getType(meta.className);
    if (!isObjectType(type)) return [];
    const config = {
      ...schema.toConfig(),
      query: type,
      mutation: null,
      subscription: null,
      assumeValid: true,
    };
    return [{ type, meta, schema: new GraphQLSchema(config) }];
  });
}

/** Runs the fields of entities on entities at hand, of which each property that is read is known. */
export async function traceEntities(
  runner: DryRunner,
  uses: FieldUses,
  entities: readonly ShownEntity[],
): Promise<void> {
  const { columns } = runner.recording;
  for (const { type, meta, schema } of entities) {
    await setImmediate();
    for (const field of Object.values(type.getFields())) {
      const operation = `{__typename ${callOf(field)}${typename(field)}}`;
      const rootOf = (recording: Recording) => markedEntity(meta, recording, columns);
      const run = await runner.run(operation, new Recording(FULL), schema, rootOf);
      const name = `${type.name}.${field.name}`;
      addUse(uses.of(name), useOf(run.recording));
      uses.addAnswer(run.data, run.recording.marks);
      uses.addErrors(name, run);
    }
  }
}

/** The columns that a property of an entity stands for; none for the other side of a relation. */
export function columnsOfProperty(meta: EntityMetadata, name: string, columns: Columns): Column[] {
  const property = meta.props.find((prop) => prop.name === name);
  return (property?.fieldNames ?? []).map((column) => columns.get(meta.tableName, column));
}

/** An entity with marked values, which the recording takes note of as they are read. */
function markedEntity(meta: EntityMetadata, recording: Recording, columns: Columns): object {
  const values = new Map<string, unknown>();
  const entity = {};
  for (const property of meta.props) {
    Object.defineProperty(entity, property.name, {
      enumerable: true,
      get: () => {
        const read = new Set(columnsOfProperty(meta, property.name, columns));
        recording.statements.push(readOf(meta.tableName, read));
        if (!values.has(property.name))
          values.set(property.name, valueOf(property, read, recording, columns));
        return values.get(property.name);
      },
    });
  }
  return entity;
}

function valueOf(
  { targetMeta, kind, mapToPk }: EntityProperty,
  read: ReadonlySet<Column>,
  recording: Recording,
  columns: Columns,
): unknown {
  if (!targetMeta || mapToPk) return recording.mark({ reads: read, passes: read });
  const target = markedEntity(targetMeta, recording, columns);
  return kind === ReferenceKind.ONE_TO_MANY || kind === ReferenceKind.MANY_TO_MANY ? [target] : target;
}

/** To read a property is to read a row that has it. */
function readOf(table: string, read: ReadonlySet<Column>) {
  return {
    tables: new Set([table]),
    reads: new Map([...read].map((column) => [column, 1])),
    writes: new Set<Column>(),
    outputs: [],
  };
}

import {
  DatabaseSchema,
  type DatabaseTable,
  type EntityMetadata,
  type MikroORM,
  type SchemaHelper,
} from '@mikro-orm/postgresql';

export interface ExpectedColumn {
  name: string;
  /** The entity's property that it is read into. */
  property: string;
  /** As in CREATE TABLE, such as varchar(32). */
  type: string;
  nullable: boolean;
  /** The default's expression; null where there is none. */
  preset: string | null;
  /** Filled from a sequence. */
  numbered: boolean;
  /** Never to be served by the API. */
  secret: boolean;
  /** What it means, where no field of the API says so. */
  comment: string | null;
}

/** A table as its entity describes it. */
export interface ExpectedTable {
  name: string;
  entity: string;
  /** What it holds, where no type of the API says so. */
  comment: string | null;
  columns: ExpectedColumn[];
  primaryKey: string[];
  checks: { name: string; expression: string }[];
  foreignKeys: { columns: string[]; table: string; referencedColumns: string[]; onDelete: string }[];
  /** Whole CREATE INDEX statements, besides the primary key's. */
  indexes: { name: string; definition: string }[];
  /** Whole CREATE TRIGGER statements. */
  triggers: { name: string; definition: string }[];
  /** Properties that no column can stand behind. */
  propertiesWithoutColumn: string[];
}

/** The tables that the entities describe, in the order of their names. Connects to nothing. */
export function entityTables(orm: MikroORM): ExpectedTable[] {
  const entities = [...orm.getMetadata().getAll().values()].filter(
    (entity) => !entity.view && !entity.abstract,
  );
  const schema = DatabaseSchema.fromMetadata(entities, orm.em.getPlatform(), orm.config);
  const helper = orm.em.getPlatform().getSchemaHelper();
  return entities
    .map((entity) => describe(entity, schema.getTable(entity.tableName), helper))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function describe(
  entity: EntityMetadata,
  table: DatabaseTable | undefined,
  helper: SchemaHelper | undefined,
): ExpectedTable {
  if (!table || !helper) throw new Error(`The entity ${entity.className} has no table.`);
  const stored = entity.props.filter((property) => property.persist !== false);
  const propertyOf = (column: string) => stored.find(({ fieldNames }) => fieldNames.includes(column));
  const columns = table.getColumns().map((column) => ({
    name: column.name,
    property: propertyOf(column.name)?.name ?? column.name,
    type: NUMBERED_TYPES[column.type] ?? column.type.replace(/^int$/, 'integer'),
    nullable: column.nullable ?? false,
    preset: column.default ?? null,
    numbered: column.type in NUMBERED_TYPES,
    secret: propertyOf(column.name)?.hidden ?? false,
    comment: propertyOf(column.name)?.comment ?? null,
  }));
  const known = new Set(columns.map(({ name }) => name));
  return {
    name: table.name,
    entity: entity.className,
    comment: entity.comment ?? null,
    columns,
    primaryKey: table.getPrimaryKey()?.columnNames ?? [],
    checks: table.getChecks().map(({ name, expression }) => ({ name, expression: String(expression) })),
    foreignKeys: Object.values(table.getForeignKeys()).map((key) => ({
      columns: key.columnNames,
      table: unqualified(key.referencedTableName),
      referencedColumns: key.referencedColumnNames,
      onDelete: (key.deleteRule ?? 'no action').toUpperCase(),
    })),
    indexes: table
      .getIndexes()
      .filter(({ constraint }) => !constraint)
      .map((index) => ({ name: index.keyName, definition: helper.getCreateIndexSQL(table.name, index) })),
    triggers: table.getTriggers().map(({ name, expression }) => ({ name, definition: expression ?? '' })),
    propertiesWithoutColumn: entity.props
      .filter(({ fieldNames }) => !fieldNames.some((name) => known.has(name)))
      .map(({ name }) => name),
  };
}

/** A column that numbers itself is declared by a type that PostgreSQL turns into a plain one with a default. */
const NUMBERED_TYPES: Record<string, string> = {
  smallserial: 'smallint',
  serial: 'integer',
  bigserial: 'bigint',
};

function unqualified(table: string): string {
  return table.split('.').at(-1) ?? table;
}

import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Risk } from '../database/structure/finding.js';
import type { Timestamp } from '../database/timestamp.js';
import { DateTime } from '../graphql/scalars.js';

registerEnumType(Risk, {
  name: 'Risk',
  description: 'How much a finding matters.',
  valuesConfig: {
    NONE: { description: 'Everything agrees.' },
    LOW: { description: 'Worth knowing; nothing goes wrong.' },
    MEDIUM: { description: 'Some requests can fail or be slow.' },
    HIGH: { description: 'Requests fail, answers are wrong, or a secret gets out; the server is not ready.' },
  },
});

/** Whether a table agrees with its entity. */
export enum TableStatus {
  CONSISTENT = 'CONSISTENT',
  DEPRECATED = 'DEPRECATED',
  INCONSISTENT = 'INCONSISTENT',
  MISSING = 'MISSING',
}

registerEnumType(TableStatus, {
  name: 'TableStatus',
  description: 'Whether a table of the database agrees with the code.',
  valuesConfig: {
    CONSISTENT: { description: 'It agrees; findings about it, if any, are of low risk.' },
    DEPRECATED: { description: 'It is kept for its history, and nothing uses it.' },
    INCONSISTENT: { description: 'It has findings of medium or high risk.' },
    MISSING: { description: 'The database does not have it.' },
  },
});

@ObjectType({
  description: 'A column, the property that stands for it in code, and the fields that use it.',
  simpleResolvers: true,
})
export class ColumnConsistency {
  @Field(() => String, { description: 'Name of the column.' })
  column!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Its type in the live database, such as character varying(32); null when the column is missing.',
  })
  databaseType!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The property that stands for it in code, such as CallLog.tokensUsed; null when there is none.',
  })
  entityProperty!: string | null;

  @Field(() => [String], {
    description: 'The fields, filters and mutations that read or write it, such as CallLog.tokensUsed.',
  })
  apiFields!: string[];

  @Field(() => Boolean, { description: 'Whether it is free of findings of medium and high risk.' })
  consistent!: boolean;
}

@ObjectType({ description: 'A table and its columns.', simpleResolvers: true })
export class TableConsistency {
  @Field(() => String, { description: 'Name of the table.' })
  table!: string;

  @Field(() => TableStatus, { description: 'Whether it agrees with the code.' })
  status!: TableStatus;

  @Field(() => [ColumnConsistency], { description: 'Its columns, those of the live database first.' })
  columns!: ColumnConsistency[];
}

@ObjectType({
  description: 'A disagreement between the database, the migrations, the entities and this schema.',
  simpleResolvers: true,
})
export class ConsistencyFinding {
  @Field(() => Risk, { description: 'How much it matters.' })
  severity!: Risk;

  @Field(() => String, {
    nullable: true,
    description: 'The table that it is about; null when it is about no single table.',
  })
  table!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The column that it is about; null when it is about no single column.',
  })
  column!: string | null;

  @Field(() => String, { description: 'What the finding says, and its consequence.' })
  message!: string;

  @Field(() => String, { description: 'What to do about it. SQL in it can be run as it stands.' })
  advice!: string;
}

@ObjectType({
  description: 'Whether the live database, the migrations, the entities and this schema agree.',
  simpleResolvers: true,
})
export class ConsistencyReport {
  @Field(() => DateTime, { description: 'When the check was made.' })
  checkedAt!: Timestamp;

  @Field(() => Boolean, { description: 'Whether the report is free of findings of medium and high risk.' })
  consistent!: boolean;

  @Field(() => Risk, { description: 'The highest risk among the findings; NONE when there are no findings.' })
  risk!: Risk;

  @Field(() => [TableConsistency], {
    description: 'Every table that the product uses, then the deprecated ones.',
  })
  tables!: TableConsistency[];

  @Field(() => [ConsistencyFinding], { description: 'The findings, highest risk first.' })
  findings!: ConsistencyFinding[];

  @Field(() => String, { description: 'The whole report as a person reads it, in Markdown.' })
  markdown!: string;
}

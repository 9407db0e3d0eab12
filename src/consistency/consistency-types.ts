import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Risk } from '../database/structure/finding.js';
import type { Timestamp } from '../database/timestamp.js';
import { DateTime } from '../graphql/scalars.js';

registerEnumType(Risk, {
  name: 'Risk',
  description: 'How much something that does not agree matters.',
  valuesConfig: {
    NONE: { description: 'Everything agrees.' },
    LOW: { description: 'Worth knowing; nothing goes wrong.' },
    MEDIUM: { description: 'Some requests can fail or be slow.' },
    HIGH: { description: 'Requests fail, answers are wrong, or a secret gets out; the server is not ready.' },
  },
});

/** How a table does against its entity. */
export enum TableStatus {
  CONSISTENT = 'CONSISTENT',
  DEPRECATED = 'DEPRECATED',
  INCONSISTENT = 'INCONSISTENT',
  MISSING = 'MISSING',
}

registerEnumType(TableStatus, {
  name: 'TableStatus',
  description: 'How a table of the database does against the code.',
  valuesConfig: {
    CONSISTENT: { description: 'It agrees, give or take findings of low risk.' },
    DEPRECATED: { description: 'It is kept for its history, and nothing uses it.' },
    INCONSISTENT: { description: 'There are findings of medium or high risk about it.' },
    MISSING: { description: 'It is not there.' },
  },
});

@ObjectType({ description: 'A column, what it is in code, and which fields use it.', simpleResolvers: true })
export class ColumnConsistency {
  @Field(() => String, { description: 'Name of the column.' })
  column!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Its type in the live database, such as character varying(32); null where it is not there.',
  })
  databaseType!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The property that stands for it in code, such as CallLog.tokensUsed; null where none does.',
  })
  entityProperty!: string | null;

  @Field(() => [String], {
    description: 'The fields, filters and mutations that read or write it, such as CallLog.tokensUsed.',
  })
  apiFields!: string[];

  @Field(() => Boolean, { description: 'Whether there is no finding of medium or high risk about it.' })
  consistent!: boolean;
}

@ObjectType({ description: 'A table and its columns.', simpleResolvers: true })
export class TableConsistency {
  @Field(() => String, { description: 'Name of the table.' })
  table!: string;

  @Field(() => TableStatus, { description: 'How it does.' })
  status!: TableStatus;

  @Field(() => [ColumnConsistency], { description: 'Its columns, those of the live database first.' })
  columns!: ColumnConsistency[];
}

@ObjectType({ description: 'Something that does not agree.', simpleResolvers: true })
export class ConsistencyFinding {
  @Field(() => Risk, { description: 'How much it matters.' })
  severity!: Risk;

  @Field(() => String, { nullable: true, description: 'The table it is about; null where it is about none.' })
  table!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The column it is about; null where it is about none.',
  })
  column!: string | null;

  @Field(() => String, { description: 'What the finding says, and its consequence.' })
  message!: string;

  @Field(() => String, { description: 'What to do about it; SQL in it can be run as it stands.' })
  advice!: string;
}

@ObjectType({
  description: 'Whether the live database, the migrations, the entities and this schema agree.',
  simpleResolvers: true,
})
export class ConsistencyReport {
  @Field(() => DateTime, { description: 'When it was looked into.' })
  checkedAt!: Timestamp;

  @Field(() => Boolean, { description: 'Whether there is no finding of medium or high risk.' })
  consistent!: boolean;

  @Field(() => Risk, { description: 'The worst of the findings; NONE where there are none.' })
  risk!: Risk;

  @Field(() => [TableConsistency], { description: 'Every table that the product uses, and deprecated ones.' })
  tables!: TableConsistency[];

  @Field(() => [ConsistencyFinding], { description: 'What does not agree, worst first.' })
  findings!: ConsistencyFinding[];

  @Field(() => String, { description: 'The whole report as a person reads it, in Markdown.' })
  markdown!: string;
}

import { Field, Int, ObjectType } from 'type-graphql';
import { SafeInt } from '../../graphql/scalars.js';
import { CallLog } from '../call-log.js';

@ObjectType({ description: 'A call that was not recorded.', simpleResolvers: true })
export class RejectedCallLog {
  @Field(() => Int, { description: 'Its place in the input; the first call is 0.' })
  index!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'The field that is wrong, such as callTime, and where in it, such as requestParams.x; null where it is the call as a whole, or no mistake of the call.',
  })
  field!: string | null;

  @Field(() => String, {
    description: 'The kind of mistake, by the same codes as errors, such as BAD_USER_INPUT.',
  })
  code!: string;

  @Field(() => String, { description: 'What is wrong, and what would be right.' })
  message!: string;
}

@ObjectType({
  description: 'Which calls of a recordCallLogs were recorded, and which were rejected.',
  simpleResolvers: true,
})
export class RecordCallLogsResult {
  @Field(() => SafeInt, { description: 'Number of calls of the input that are in the log now.' })
  recorded!: number;

  @Field(() => [CallLog], {
    nullable: 'items',
    description: 'The calls in the order of the input, null where one was rejected.',
  })
  callLogs!: (CallLog | null)[];

  @Field(() => [RejectedCallLog], { description: 'The calls that were rejected, each with the reason.' })
  rejected!: RejectedCallLog[];
}

import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Needs } from '../access/needs.js';
import { Scope } from '../access/scope.js';
import type { CallerContext } from '../access/caller.js';
import type { ByteText } from '../database/byte-text.js';
import { badUserInput } from '../graphql/errors.js';
import { parseId } from '../graphql/ids.js';
import { Costs, PAGE_COST } from '../graphql/limits/cost-hints.js';
import type { LoggedContext } from '../graphql/log-unexpected.js';
import { selectedFields } from '../graphql/answer/selected-fields.js';
import { ArgOfItems, type Unread } from '../graphql/unread.js';
import { readConfigIdInUse } from '../keys/llm-config.js';
import { CallLog } from './call-log.js';
import { CallLogConnection, CallLogPageArgs } from './call-log-connection.js';
import { boundedSpan } from './call-time-range.js';
import { listCallLogs } from './list-call-logs.js';
import { readCallLog } from './read-call-log.js';
import { rowReader } from './recording/read-row.js';
import { recordCallLog, recordCallLogs } from './recording/record-call-logs.js';
import { RecordCallLogInput } from './recording/record-input.js';
import type { RecordingContext } from './recording/recording-context.js';
import { RecordCallLogsResult } from './recording/record-result.js';

/** JSON is read as the bytes of its text, which go into the answer as they are. */
function keepJson({ answer }: CallerContext, bytes: unknown): string | null {
  return bytes === null || bytes === 'null' ? null : answer.keep(bytes as ByteText);
}

@Resolver(() => CallLog)
export class CallLogResolver {
  @Query(() => CallLog, { nullable: true, description: 'One call by its number; null when there is none.' })
  @Needs(Scope.LOGS_READ)
  async callLog(
    @Ctx() context: CallerContext,
    @Arg('id', () => ID, { description: 'Number of the call.' }) id: string,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CallLog | null> {
    return readCallLog(context, parseId(id, 'id'), selectedFields(info));
  }

  @FieldResolver()
  requestMessages(@Root() { requestMessages }: CallLog, @Ctx() context: CallerContext): unknown {
    // Another program may write JSON's null for no messages, which the field does not allow.
    return keepJson(context, requestMessages) ?? [];
  }

  @FieldResolver()
  requestParams(@Root() { requestParams }: CallLog, @Ctx() context: CallerContext): unknown {
    return keepJson(context, requestParams);
  }

  @FieldResolver()
  responseData(@Root() { responseData }: CallLog, @Ctx() context: CallerContext): unknown {
    return keepJson(context, responseData);
  }

  @Costs({ once: PAGE_COST, span: boundedSpan })
  @Query(() => CallLogConnection, { description: 'The calls that a filter selects, page by page.' })
  @Needs(Scope.LOGS_READ)
  callLogs(
    @Ctx() context: CallerContext,
    @Args(() => CallLogPageArgs) args: CallLogPageArgs,
    @Info() info: GraphQLResolveInfo,
  ): CallLogConnection {
    return listCallLogs(context, { filter: args.filter }, args, info);
  }

  @Mutation(() => CallLog, {
    description: 'Records a call. When the answer arrives, the call is safely stored.',
  })
  @Needs(Scope.LOGS_WRITE)
  recordCallLog(
    @Ctx() context: RecordingContext,
    @Arg('input', () => RecordCallLogInput, { description: 'The call.' }) input: RecordCallLogInput,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CallLog> {
    return recordCallLog(context, input, selectedFields(info));
  }

  @Mutation(() => CallLog, {
    description:
      'Records a call that was made with the provider key in use. Its configId becomes the id of llmConfig.',
  })
  @Needs(Scope.LOGS_WRITE)
  async recordProxyCallLog(
    @Ctx() context: RecordingContext,
    @Arg('input', () => RecordCallLogInput, { description: 'The call, without configId.' })
    input: RecordCallLogInput,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CallLog> {
    if (input.configId != null) {
      throw badUserInput('input.configId', 'must be left out: it is the configuration in use.');
    }
    const configId = await readConfigIdInUse(context.em);
    return recordCallLog(context, input, selectedFields(info), {
      configId: configId === null ? null : String(configId),
    });
  }

  @Costs({ size: (argument) => [argument('input')].flat().length })
  @Mutation(() => RecordCallLogsResult, {
    description:
      'Records 1 to 1000 calls at once. A bad call is rejected with a reason, and the others are recorded.',
  })
  @Needs(Scope.LOGS_WRITE)
  recordCallLogs(
    @Ctx() context: RecordingContext & LoggedContext,
    @ArgOfItems('input', () => [RecordCallLogInput], { description: 'The calls.' })
    input: (RecordCallLogInput | Unread)[],
    @Info() info: GraphQLResolveInfo,
  ): Promise<RecordCallLogsResult> {
    return recordCallLogs(context, input, rowReader(info.schema), selectedFields(info, ['callLogs']));
  }
}

import type { NewCallLog } from '../call-logs/recording/prepare-call-log.js';
import { fromDate } from '../database/timestamp.js';
import { drawConversation } from './conversation.js';
import { drawActivationCode } from './customers.js';
import { drawFailure, type drawIncidents } from './failures.js';
import type { DemoGroup } from './groups.js';
import { MODELS, usageOf, type Model } from './models.js';
import type { Random } from './random.js';

/** What all calls of the demo share. */
export interface DemoWorld {
  incidents: ReturnType<typeof drawIncidents>;
  codes: Map<DemoGroup, string[]>;
  groupIds: Map<DemoGroup, number | null>;
  configId: number;
}

/**
 * Makes up one call.
 *
 * @param time milliseconds since 1970
 * @param year part of the year that has gone, from 0 to 1
 */
export function drawCall(
  random: Random,
  world: DemoWorld,
  group: DemoGroup,
  time: number,
  year: number,
): NewCallLog {
  const model = random.weighted(MODELS, (one) => usageOf(one, year) * (group.prefers[one.provider] ?? 1));
  const promptTokens = Math.ceil(random.logNormal(group.prompt, 0.75));
  const completionTokens = Math.min(Math.ceil(random.logNormal(group.completion, 0.6)), 16_384);
  const { messages, answer } = drawConversation(random, group, promptTokens);
  const failure = drawFailure(random, world.incidents, model, time, promptTokens);
  const hasResponseData = !failure && random.chance(0.34);
  const params = {
    model: model.name,
    temperature: random.pick([0, 0.2, 0.7, 1]),
    max_tokens: random.pick([512, 1024, 4096, 16_384]),
  };
  // Some applications log only what the provider answered: the model is in there then.
  const hasParams = !hasResponseData || random.chance(0.85);
  return {
    configId: random.chance(0.97) ? world.configId : null,
    templateId: null,
    groupId: world.groupIds.get(group) ?? null,
    activationCode: drawActivationCode(random, world.codes.get(group) ?? []),
    requestMessages: JSON.stringify(messages),
    requestParams: hasParams ? JSON.stringify(params) : null,
    responseContent: failure ? null : answer,
    responseData: hasResponseData
      ? JSON.stringify(responseData(random, model, time, promptTokens, completionTokens))
      : null,
    status: failure ? 'error' : 'success',
    errorMessage: failure?.message ?? null,
    tokensUsed: failure ? null : promptTokens + completionTokens,
    promptTokens: failure ? null : promptTokens,
    completionTokens: failure ? null : completionTokens,
    callTime: fromDate(new Date(time)),
    durationMs: failure?.durationMs ?? duration(random, model, promptTokens, completionTokens),
  };
}

/** Milliseconds: the first token comes later the longer the prompt is, the others at the model's speed. */
function duration(random: Random, model: Model, promptTokens: number, completionTokens: number): number {
  const first = random.logNormal(model.latency, 0.35) + promptTokens / 25;
  return Math.round(first + (1_000 * completionTokens) / random.logNormal(model.tokensPerSecond, 0.2));
}

function responseData(
  random: Random,
  model: Model,
  time: number,
  promptTokens: number,
  completionTokens: number,
): unknown {
  const id = random.text(24, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
  if (model.provider === 'anthropic') {
    const usage = { input_tokens: promptTokens, output_tokens: completionTokens };
    return { id: `msg_${id}`, type: 'message', model: model.name, stop_reason: 'end_turn', usage };
  }
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: Math.floor(time / 1_000),
    model: model.name,
    usage,
  };
}

import type { Model, Provider } from './models.js';
import type { Random } from './random.js';

/** Some hours in which a provider had trouble. */
interface Incident {
  provider: Provider;
  from: number;
  to: number;
  /** Part of its calls that fail. */
  rate: number;
  kind: 'overloaded' | 'rate limit' | 'timeout';
}

export interface Failure {
  message: string;
  durationMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const USUAL_RATE = 0.014;

/** Gives the incidents of a time span, in milliseconds since 1970. */
export function drawIncidents(random: Random, from: number, to: number): Incident[] {
  const providers: Provider[] = [
    'openai',
    'anthropic',
    'openai',
    'deepseek',
    'anthropic',
    'alibaba',
    'openai',
    'deepseek',
    'anthropic',
  ];
  return providers.map((provider) => {
    // Trouble is noticed, and comes, while many are at work.
    const day = Math.floor((from + random.fraction() * (to - from)) / DAY_MS) * DAY_MS;
    const start = day + random.whole(5, 14) * HOUR_MS;
    return {
      provider,
      from: start,
      to: start + random.logNormal(7, 0.6) * HOUR_MS,
      rate: 0.3 + 0.5 * random.fraction(),
      kind: random.pick(['overloaded', 'rate limit', 'timeout', 'overloaded']),
    };
  });
}

/** Decides whether a call fails, and how. @param time milliseconds since 1970 */
export function drawFailure(
  random: Random,
  incidents: Incident[],
  model: Model,
  time: number,
  promptTokens: number,
): Failure | undefined {
  if (promptTokens > model.context * 0.9) return tooLong(random, model, promptTokens);
  const incident = incidents.find(
    ({ provider, from, to }) => provider === model.provider && time >= from && time < to,
  );
  if (incident && random.chance(incident.rate)) return failure(random, incident.kind, model);
  if (!random.chance(USUAL_RATE)) return undefined;
  const usual = [
    'rate limit',
    'rate limit',
    'rate limit',
    'timeout',
    'timeout',
    'overloaded',
    'server',
    'context',
  ] as const;
  const kind = random.pick(usual);
  return kind === 'context' ? tooLong(random, model, model.context) : failure(random, kind, model);
}

function failure(random: Random, kind: Incident['kind'] | 'server', model: Model): Failure {
  switch (kind) {
    case 'rate limit': {
      const limit = random.pick([200_000, 450_000, 2_000_000]);
      const used = limit - random.whole(0, 2_000);
      const message = `429 Too Many Requests: rate limit reached for ${model.name} on tokens per minute: limit ${limit}, used ${used}. Try again in ${random.whole(60, 9_000)} ms.`;
      return { message, durationMs: random.whole(40, 400) };
    }
    case 'timeout': {
      const seconds = random.pick([30, 60, 60, 120]);
      return {
        message: `Request timed out after ${seconds} s.`,
        durationMs: seconds * 1_000 + random.whole(1, 40),
      };
    }
    case 'overloaded': {
      const status = model.provider === 'anthropic' ? '529 Overloaded' : '503 Service Unavailable';
      return {
        message: `${status}: the model is overloaded with other requests. Please retry later.`,
        durationMs: random.whole(200, 8_000),
      };
    }
    case 'server': {
      const status = random.pick(['500 Internal Server Error', '502 Bad Gateway']);
      return {
        message: `${status}: the server had an error while processing your request.`,
        durationMs: random.whole(300, 20_000),
      };
    }
  }
}

function tooLong(random: Random, model: Model, promptTokens: number): Failure {
  const tokens = Math.max(promptTokens, model.context) + random.whole(1, 30_000);
  return {
    message: `400 context_length_exceeded: this model's maximum context length is ${model.context} tokens, but the messages resulted in ${tokens} tokens.`,
    durationMs: random.whole(80, 900),
  };
}

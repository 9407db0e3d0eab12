export type Provider = 'openai' | 'anthropic' | 'deepseek' | 'alibaba';

/** A model, how much it is used in the course of the year, and how fast it is. */
export interface Model {
  name: string;
  provider: Provider;
  /** Part of the year that has gone when it comes into use; below 0 for one that is in use before. */
  from: number;
  /** How much it is used once it has settled, relative to the others. */
  share: number;
  /** How its use goes on from there: -1 falls to nothing by the end of the year, 1 doubles. */
  drift: number;
  /** Milliseconds to the first token. */
  latency: number;
  tokensPerSecond: number;
  /** Tokens that prompt and completion can have together. */
  context: number;
}

export const MODELS: readonly Model[] = [
  {
    name: 'gpt-4o',
    provider: 'openai',
    from: -1,
    share: 30,
    drift: -0.7,
    latency: 450,
    tokensPerSecond: 85,
    context: 128_000,
  },
  {
    name: 'gpt-4o-mini',
    provider: 'openai',
    from: -1,
    share: 26,
    drift: -0.3,
    latency: 350,
    tokensPerSecond: 110,
    context: 128_000,
  },
  {
    name: 'gpt-4.1',
    provider: 'openai',
    from: 0.3,
    share: 16,
    drift: 0.6,
    latency: 480,
    tokensPerSecond: 95,
    context: 1_000_000,
  },
  {
    name: 'gpt-4.1-mini',
    provider: 'openai',
    from: 0.32,
    share: 18,
    drift: 0.9,
    latency: 330,
    tokensPerSecond: 130,
    context: 1_000_000,
  },
  {
    name: 'claude-3-5-sonnet-20241022',
    provider: 'anthropic',
    from: -1,
    share: 18,
    drift: -0.95,
    latency: 800,
    tokensPerSecond: 62,
    context: 200_000,
  },
  {
    name: 'claude-sonnet-4-20250514',
    provider: 'anthropic',
    from: 0.42,
    share: 20,
    drift: 0.8,
    latency: 850,
    tokensPerSecond: 70,
    context: 200_000,
  },
  {
    name: 'claude-3-5-haiku-20241022',
    provider: 'anthropic',
    from: -1,
    share: 7,
    drift: -0.1,
    latency: 500,
    tokensPerSecond: 105,
    context: 200_000,
  },
  {
    name: 'deepseek-chat',
    provider: 'deepseek',
    from: 0.08,
    share: 12,
    drift: 1,
    latency: 900,
    tokensPerSecond: 45,
    context: 64_000,
  },
  {
    name: 'deepseek-reasoner',
    provider: 'deepseek',
    from: 0.12,
    share: 4,
    drift: 0.7,
    latency: 4_000,
    tokensPerSecond: 38,
    context: 64_000,
  },
  {
    name: 'qwen-plus',
    provider: 'alibaba',
    from: -1,
    share: 6,
    drift: 0.6,
    latency: 600,
    tokensPerSecond: 75,
    context: 131_072,
  },
  {
    name: 'qwen3-235b-a22b',
    provider: 'alibaba',
    from: 0.6,
    share: 7,
    drift: 1,
    latency: 750,
    tokensPerSecond: 58,
    context: 131_072,
  },
];

/** How much a model is used, relative to the others. @param year part of the year that has gone, from 0 to 1 */
export function usageOf(model: Model, year: number): number {
  if (year < model.from) return 0;
  const adopted = 1 - Math.exp(-(year - model.from) / 0.05);
  const settled = Math.max(model.from, 0);
  return model.share * adopted * Math.max(1 + (model.drift * (year - settled)) / (1 - settled), 0.02);
}

import { toOurTime } from './call-answers.js';

/** A stretch of time in GraphQL times; `to` is not part of it. */
export interface Stretch {
  from: string;
  to: string;
}

/** The argument that selects the calls of a stretch of time, in our API. */
export function ourFilter({ from, to }: Stretch): string {
  return `filter: { callTime: { from: "${from}", to: "${to}" } }`;
}

/** The same in PostGraphile's. */
export function postgraphileFilter({ from, to }: Stretch): string {
  return `filter: { callTime: { greaterThanOrEqualTo: "${from}", lessThan: "${to}" } }`;
}

/** A part of what PostGraphile's aggregates plugin groups; whole numbers of calls and tokens are texts. */
export interface Grouped {
  keys: [string];
  distinctCount: { rowId: string };
  sum: { tokensUsed: string };
}

/** The calls and tokens of a part, to compare and to sort by. */
export interface Part {
  key: string;
  calls: number;
  tokensUsed: number;
}

export function toPart({ keys: [key], distinctCount, sum }: Grouped): Part {
  return { key, calls: Number(distinctCount.rowId), tokensUsed: Number(sum.tokensUsed) };
}

/** Our order, which PostGraphile's aggregates cannot give: most tokens first, ties by number of the group. */
export function byTokens(one: Part, other: Part): number {
  return other.tokensUsed - one.tokensUsed || Number(one.key) - Number(other.key);
}

/** A bucket of a series: its start as in our API, and its tokens. */
export type Point = [start: string, tokensUsed: number];

export interface OurBucket {
  start: string;
  usage: { totals: { tokensUsed: number } };
}

export function ourPoint({ start, usage }: OurBucket): Point {
  return [start, usage.totals.tokensUsed];
}

/** PostGraphile's aggregates come in no order. */
export function postgraphilePoints(grouped: Pick<Grouped, 'keys' | 'sum'>[]): Point[] {
  const points = grouped.map(({ keys: [start], sum }): Point => [toOurTime(start), Number(sum.tokensUsed)]);
  return points.sort(([one], [other]) => (one < other ? -1 : 1));
}

import type { ArgumentReader } from '../graphql/limits/cost-hints.js';

/** The stretch of time of a filter that bounds callTime, in milliseconds; what is around it, where this one does not. */
export function boundedSpan(argument: ArgumentReader, span: number | undefined): number | undefined {
  const filter = argument('filter') as { callTime?: { from?: unknown; to?: unknown } } | null | undefined;
  const { from, to } = filter?.callTime ?? {};
  const length = Date.parse(String(to)) - Date.parse(String(from));
  return length > 0 ? length : span;
}

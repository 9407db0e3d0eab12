/** The year that the calls are spread over: from the first moment to just before the second, in UTC. */
export const YEAR = { from: '2025-11-01T00:00:00Z', to: '2026-11-01T00:00:00Z' };

/** The last month of that year, for a series by day. */
export const MONTH = { from: '2026-10-01T00:00:00Z', to: YEAR.to };

/** What a dashboard shows: the last thirty days of that year. */
export const LAST_30_DAYS = { from: '2026-10-02T00:00:00Z', to: YEAR.to };

/** The thirty days before those. */
export const PREVIOUS_30_DAYS = { from: '2026-09-02T00:00:00Z', to: LAST_30_DAYS.from };

/** Who may read the metrics: whoever has a token for it, anybody, or nobody. */
export const METRICS_ACCESS = ['on', 'public', 'off'] as const;

export interface MetricsConfig {
  access: (typeof METRICS_ACCESS)[number];
  /** Opens them without the database, and opens nothing else; undefined for none. */
  token: string | undefined;
}

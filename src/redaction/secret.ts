/** A stretch of a text that is a secret. */
export interface Secret {
  start: number;
  end: number;
  /** What a marker calls it, such as `openai key`. */
  kind: string;
}

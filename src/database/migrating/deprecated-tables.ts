/** A table that the product keeps for the data in it, and neither reads nor writes. */
export interface DeprecatedTable {
  name: string;
  /** What it was for, as the end of a sentence. */
  meaning: string;
}

/**
 * The tables that `migrate` makes or adopts, but that nothing uses any more.
 * They go only by `migrate --drop-deprecated`; whether they are there must never matter.
 */
export const DEPRECATED_TABLES: DeprecatedTable[] = [
  {
    name: 'llm_prompt_templates',
    meaning: 'prompts that the older backend wrote its requests from',
  },
];

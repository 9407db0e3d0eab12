/** How much one operation may ask for. Each has an environment variable and, where one is exceeded, a code. */
export interface Limits {
  /** Most items of a page. */
  pageSize: number;
  /** Lexical tokens of a document. */
  tokens: number;
  /** Operations and fragments of a document. */
  definitions: number;
  /** Levels of fields within fields. */
  depth: number;
  /** Fields with an alias, a fragment's as often as it is spread. */
  aliases: number;
  /** Fields, a fragment's as often as it is spread. */
  fields: number;
  /** Times that one field stands in one place. */
  repeats: number;
  /** Cost of an operation; see cost.ts. */
  cost: number;
}

export const DEFAULT_LIMITS: Limits = {
  pageSize: 1000,
  tokens: 5000,
  definitions: 100,
  depth: 20,
  aliases: 100,
  fields: 1000,
  repeats: 30,
  cost: 100_000,
};

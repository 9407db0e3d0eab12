import { Extensions } from 'type-graphql';

/** The arguments of a field, with variables put in; undefined for what is left out. */
export type ArgumentReader = (name: string) => unknown;

/** What a field costs beyond the usual; see cost.ts. */
export interface CostHints {
  /** Counted once for each place of the field in an operation, however many objects it is answered for: a statement. */
  once?: number;
  /** For each object that it is answered for. */
  each?: number;
  /** How many items its list has, or the lists right below it. */
  size?: (argument: ArgumentReader, span: number | undefined) => number;
  /** Milliseconds of call time that is asked about below it, where that is known. */
  span?: (argument: ArgumentReader, span: number | undefined) => number | undefined;
}

/** Cost of a statement that reads through the calls of the log. */
export const SCAN_COST = 500;

/** Cost of a statement that reads a page of a list. */
export const PAGE_COST = 100;

/** Cost of a value that can be megabytes, and arrives whole. */
export const BODY_COST = 5;

/** Decorates a field with hints on its cost. */
export function Costs(hints: CostHints): MethodDecorator & PropertyDecorator {
  return Extensions({ cost: hints });
}

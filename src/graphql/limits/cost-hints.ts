import { Extensions } from 'type-graphql';

/** The arguments of a field, with variables put in; undefined for what is left out. */
export type ArgumentReader = (name: string) => unknown;

/** What a field costs besides what is usual; see cost.ts. */
export interface CostHints {
  /** For each time that the field stands in an operation, however many objects it is answered for: a statement. */
  once?: number;
  /** For each object that it is answered for. */
  each?: number;
  /** How many items its list has, or the lists right below it. */
  size?: (argument: ArgumentReader, span: number | undefined) => number;
  /** Milliseconds of call time that is asked about below it, where that is known. */
  span?: (argument: ArgumentReader, span: number | undefined) => number | undefined;
}

/** Cost of a statement that reads through the calls of the log. */
export const SCAN = 500;

/** Cost of a statement that reads a page of a list. */
export const PAGE = 100;

/** Cost of a value that can be megabytes, and arrives whole. */
export const BODY = 5;

/** Decorates a field with hints on its cost. */
export function Costs(hints: CostHints): MethodDecorator & PropertyDecorator {
  return Extensions({ cost: hints });
}

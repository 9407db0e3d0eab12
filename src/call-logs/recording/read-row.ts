import type { GraphQLInputObjectType, GraphQLSchema } from 'graphql';
import { memo } from '../../graphql/memo.js';
import { readInput } from '../../graphql/read-input.js';
import { RecordCallLogInput } from './record-input.js';

/**
 * Reads a call from JSON that a client sent.
 *
 * @param at its place, such as `input[3]`, for messages
 * @throws BAD_USER_INPUT that names the field and what would be right
 */
export type ReadRow = (row: unknown, at: string) => RecordCallLogInput;

/**
 * Gives what reads rows by a schema's `RecordCallLogInput`. Fractions of a millisecond are rounded: most clocks give
 * some.
 */
export const rowReader = memo((schema: GraphQLSchema): ReadRow => {
  const type = schema.getType(RecordCallLogInput.name) as GraphQLInputObjectType;
  return (row, at) => readInput(type, withWholeDuration(row), at) as RecordCallLogInput;
});

function withWholeDuration(row: unknown): unknown {
  const { durationMs } = (row ?? {}) as { durationMs?: unknown };
  if (typeof durationMs !== 'number' || Number.isInteger(durationMs)) return row;
  return { ...(row as object), durationMs: Math.round(durationMs) };
}

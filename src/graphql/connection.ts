import type { RawBuilder } from 'kysely';
import type { Cursors } from './cursors.js';
import { beyond, boundsBeyond, orderBy, type Bounds, type KeysetOrder, type Position } from './keyset.js';
import type { Page } from './paging.js';

/** What to read: rows that meet all conditions, in this order, at most `limit`, with what the order sorts by. */
export interface KeysetRead {
  /** Whether it matters only that there is a row, and not what is in it. */
  onlyWhether: boolean;
  conditions: RawBuilder<unknown>[];
  /** Between which values of the order the conditions leave rows. */
  bounds: Bounds;
  order: RawBuilder<unknown>;
  limit: number;
}

/** A page in the shape of the Relay connection types; it is read when something of it is selected. */
export interface Connection<Row> {
  nodes: () => Promise<Row[]>;
  edges: () => Promise<{ cursor: string; node: Row }[]>;
  pageInfo: {
    hasNextPage: () => Promise<boolean>;
    hasPreviousPage: () => Promise<boolean>;
    startCursor: () => Promise<string | null>;
    endCursor: () => Promise<string | null>;
  };
}

/**
 * One page of a list. Its cost depends on the page's size and not on how deep it lies.
 *
 * @param read runs one statement
 * @throws BAD_USER_INPUT for a cursor that is forged or of another order
 */
export function connectionOf<Row extends { id: string | number }>(
  page: Page,
  order: KeysetOrder,
  cursors: Cursors,
  read: (what: KeysetRead) => Promise<Row[]>,
): Connection<Row> {
  const [after, before] = (['after', 'before'] as const).map((side) => {
    const cursor = page[side];
    return cursor === undefined ? undefined : cursors.decode(cursor, order.name, side);
  });
  const between = {
    conditions: [
      ...(after ? [beyond(order, 'after', after)] : []),
      ...(before ? [beyond(order, 'before', before)] : []),
    ],
    bounds: {
      ...(after && boundsBeyond(order, 'after', after)),
      ...(before && boundsBeyond(order, 'before', before)),
    },
  };
  let reading: Promise<Row[]> | undefined;
  // One more than asked for tells whether there is more.
  const readOnce = () =>
    (reading ??= read({
      onlyWhether: false,
      ...between,
      order: orderBy(order, page.backward),
      limit: page.size + 1,
    }));
  const isMore = async () => (await readOnce()).length > page.size;
  const nodes = async () => {
    const rows = (await readOnce()).slice(0, page.size);
    return page.backward ? rows.reverse() : rows;
  };
  const cursorOf = (row: Row | undefined) =>
    row ? cursors.encode(order.name, positionOf(order, row)) : null;
  // Beyond the page's edge; an empty page has none, and lies next to the cursor itself.
  const anyBeyond = async (side: 'after' | 'before', edge: Row | undefined, cursor: Position) => {
    const at = edge ? positionOf(order, edge) : cursor;
    const rows = await read({
      onlyWhether: true,
      conditions: [beyond(order, side, at, !edge)],
      bounds: boundsBeyond(order, side, at),
      order: orderBy(order, false),
      limit: 1,
    });
    return rows.length > 0;
  };
  return {
    nodes,
    edges: async () =>
      (await nodes()).map((node) => ({ cursor: cursors.encode(order.name, positionOf(order, node)), node })),
    pageInfo: {
      hasNextPage: async () =>
        (!page.backward && (await isMore())) ||
        (before !== undefined && (await anyBeyond('after', (await nodes()).at(-1), before))),
      hasPreviousPage: async () =>
        (page.backward && (await isMore())) ||
        (after !== undefined && (await anyBeyond('before', (await nodes()).at(0), after))),
      startCursor: async () => cursorOf((await nodes()).at(0)),
      endCursor: async () => cursorOf((await nodes()).at(-1)),
    },
  };
}

function positionOf({ property }: KeysetOrder, row: { id: string | number }): Position {
  const value = (row as Record<string, unknown>)[property] as string | number | null;
  return { value: value === null ? null : String(value), id: String(row.id) };
}

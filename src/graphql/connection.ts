import type { RawBuilder } from 'kysely';
import type { Cursors } from './cursors.js';
import { beyond, boundsBeyond, orderBy, type Bounds, type KeysetOrder, type Position } from './keyset.js';
import type { Page } from './paging.js';

/** What to read: rows that meet all conditions, in this order, at most `limit`. */
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
export interface Connection<Node> {
  nodes: () => Promise<Node[]>;
  edges: () => Promise<{ cursor: string; node: Node }[]>;
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
 * @param positionOf tells where a row stands; from its id and the property that the order names, where it is left out
 * @throws BAD_USER_INPUT for a cursor that is forged or of another order
 */
export function connectionOf<Node extends object>(
  page: Page,
  order: KeysetOrder,
  cursors: Cursors,
  read: (what: KeysetRead) => Promise<Node[]>,
  positionOf: (row: Node, order: KeysetOrder) => Position = positionInValues,
): Connection<Node> {
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
  let reading: Promise<Node[]> | undefined;
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
  /** Where the first or the last row of the page stands; undefined on an empty page. */
  const edge = async (side: 'first' | 'last'): Promise<Position | undefined> => {
    const row = (await nodes()).at(side === 'first' ? 0 : -1);
    return row && positionOf(row, order);
  };
  const cursorOf = (position: Position | undefined) =>
    position ? cursors.encode(order.name, position) : null;
  // Beyond the page's edge; an empty page has none, and lies next to the cursor itself.
  const anyBeyond = async (side: 'after' | 'before', cursor: Position) => {
    const position = await edge(side === 'after' ? 'last' : 'first');
    const at = position ?? cursor;
    const rows = await read({
      onlyWhether: true,
      conditions: [beyond(order, side, at, !position)],
      bounds: boundsBeyond(order, side, at),
      order: orderBy(order, false),
      limit: 1,
    });
    return rows.length > 0;
  };
  return {
    nodes,
    edges: async () =>
      (await nodes()).map((node) => ({ cursor: cursors.encode(order.name, positionOf(node, order)), node })),
    pageInfo: {
      hasNextPage: async () =>
        (!page.backward && (await isMore())) || (before !== undefined && (await anyBeyond('after', before))),
      hasPreviousPage: async () =>
        (page.backward && (await isMore())) || (after !== undefined && (await anyBeyond('before', after))),
      startCursor: async () => cursorOf(await edge('first')),
      endCursor: async () => cursorOf(await edge('last')),
    },
  };
}

/** Where a row of values stands: it has its id, and the property that the order names. */
export function positionInValues(row: object, { property }: KeysetOrder): Position {
  const { id, [property]: value } = row as Record<string, string | number | null>;
  return { value: value == null ? null : String(value), id: String(id) };
}

import type { RawBuilder } from 'kysely';
import type { Cursors } from './cursors.js';
import { beyond, orderBy, type KeysetOrder, type Position } from './keyset.js';
import type { Page } from './paging.js';

/** What a row brings besides its own properties: where it stands in the order. */
export interface Positioned {
  id: string | number;
  cursorValue: string | null;
}

/** What to read: rows that meet all conditions, in this order, at most `limit`. */
export interface KeysetRead {
  conditions: RawBuilder<unknown>[];
  order: RawBuilder<unknown>;
  limit: number;
}

/** A page in the shape of the Relay connection types; what costs something is computed when it is selected. */
export interface Connection<Row> {
  nodes: Row[];
  edges: () => { cursor: string; node: Row }[];
  pageInfo: {
    hasNextPage: () => Promise<boolean>;
    hasPreviousPage: () => Promise<boolean>;
    startCursor: () => string | null;
    endCursor: () => string | null;
  };
}

/**
 * Reads one page of a list. Its cost depends on the page's size and not on how deep it lies.
 *
 * @param read runs one statement
 * @throws BAD_USER_INPUT for a cursor that is forged or of another order
 */
export async function readConnection<Row extends Positioned>(
  page: Page,
  order: KeysetOrder,
  cursors: Cursors,
  read: (what: KeysetRead) => Promise<Row[]>,
): Promise<Connection<Row>> {
  const [after, before] = (['after', 'before'] as const).map((side) => {
    const cursor = page[side];
    return cursor === undefined ? undefined : cursors.decode(cursor, order.name, side);
  });
  const conditions = [
    ...(after ? [beyond(order, 'after', after)] : []),
    ...(before ? [beyond(order, 'before', before)] : []),
  ];
  // One more than asked for tells whether there is more.
  const rows = await read({ conditions, order: orderBy(order, page.backward), limit: page.size + 1 });
  const more = rows.length > page.size;
  const nodes = rows.slice(0, page.size);
  if (page.backward) nodes.reverse();

  const cursorOf = (row: Row) => cursors.encode(order.name, positionOf(row));
  // Beyond the page's edge; an empty page has none, and lies next to the cursor itself.
  const anyBeyond = async (side: 'after' | 'before', edge: Row | undefined, cursor: Position) => {
    const outside = edge ? beyond(order, side, positionOf(edge)) : beyond(order, side, cursor, true);
    return (await read({ conditions: [outside], order: orderBy(order, false), limit: 1 })).length > 0;
  };
  const first = nodes.at(0);
  const last = nodes.at(-1);
  return {
    nodes,
    edges: () => nodes.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: {
      hasNextPage: async () =>
        (!page.backward && more) || (before !== undefined && (await anyBeyond('after', last, before))),
      hasPreviousPage: async () =>
        (page.backward && more) || (after !== undefined && (await anyBeyond('before', first, after))),
      startCursor: () => (first ? cursorOf(first) : null),
      endCursor: () => (last ? cursorOf(last) : null),
    },
  };
}

function positionOf(row: Positioned): Position {
  return { value: row.cursorValue, id: String(row.id) };
}

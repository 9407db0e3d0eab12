import type { RawBuilder } from 'kysely';
import type { Cursors } from './cursors.js';
import type { JsonText } from './json-text.js';
import { beyond, boundsBeyond, orderBy, type Bounds, type KeysetOrder, type Position } from './keyset.js';
import type { Page } from './paging.js';
import type { Rows } from './rows.js';

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
  nodes: () => Promise<Row[] | JsonText>;
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
export function connectionOf<Row>(
  page: Page,
  order: KeysetOrder,
  cursors: Cursors,
  read: (what: KeysetRead) => Promise<Rows<Row>>,
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
  let reading: Promise<Rows<Row>> | undefined;
  // One more than asked for tells whether there is more.
  const readOnce = () =>
    (reading ??= read({
      onlyWhether: false,
      ...between,
      order: orderBy(order, page.backward),
      limit: page.size + 1,
    }));
  const isMore = async () => (await readOnce()).length > page.size;
  /** Where the first or the last row of the page stands; undefined on an empty page. */
  const edge = async (side: 'first' | 'last'): Promise<Position | undefined> => {
    const rows = await readOnce();
    const length = Math.min(rows.length, page.size);
    if (length === 0) return undefined;
    return rows.positionOf((side === 'last') === page.backward ? 0 : length - 1);
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
    nodes: async () => (await readOnce()).take(page.size, page.backward),
    edges: async () => {
      const rows = await readOnce();
      const nodes = rows.takeEach(page.size, page.backward);
      return nodes.map((node, index) => {
        const position = rows.positionOf(page.backward ? nodes.length - 1 - index : index);
        return { cursor: cursors.encode(order.name, position), node };
      });
    },
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

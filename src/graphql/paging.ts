import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import { badUserInput } from './errors.js';
import { OnDemand } from './on-demand.js';

/** Items of a page when neither first nor last is given. */
export const DEFAULT_PAGE_SIZE = 50;
/** The most items of a page; a server can set a lower limit, but no higher one. */
export const MAX_PAGE_SIZE = 1000;

/** Arguments of a connection field, after the Relay cursor connections specification. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many items to give from the beginning: at most ${MAX_PAGE_SIZE}, or fewer if the server sets a lower limit; ${DEFAULT_PAGE_SIZE} when neither first nor last is given.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many items to give from the end; the limit is that of first. Cannot be combined with first.',
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor.' })
  before?: string | null;
}

/** A page to read: `size` items from the beginning, or from the end when `backward`, of what lies between two cursors. */
export interface Page {
  size: number;
  backward: boolean;
  after: string | undefined;
  before: string | undefined;
}

/**
 * @param most items that this server gives at once
 * @throws BAD_USER_INPUT for first with last, and for a size that is negative or over `most`
 */
export function parsePage({ first, after, last, before }: PageArgs, most = MAX_PAGE_SIZE): Page {
  if (first != null && last != null) {
    throw badUserInput('last', 'cannot go together with first; give one of them.');
  }
  const size = first ?? last ?? Math.min(DEFAULT_PAGE_SIZE, most);
  if (size < 0 || size > most) {
    const argument = last == null ? 'first' : 'last';
    throw badUserInput(argument, `must be from 0 to ${most}, not ${size}.`, { limit: most, actual: size });
  }
  return { size, backward: last != null, after: after ?? undefined, before: before ?? undefined };
}

/** What costs a statement or a signature is a function: it runs only when it is selected. */
@ObjectType({ description: 'Where a page lies in the whole list.', simpleResolvers: true })
export class PageInfo {
  @OnDemand()
  @Field(() => Boolean, { description: 'Whether anything comes after this page.' })
  hasNextPage!: () => Promise<boolean>;

  @OnDemand()
  @Field(() => Boolean, { description: 'Whether anything comes before this page.' })
  hasPreviousPage!: () => Promise<boolean>;

  @OnDemand()
  @Field(() => String, { nullable: true, description: 'Cursor of the first item; null on an empty page.' })
  startCursor!: () => Promise<string | null>;

  @OnDemand()
  @Field(() => String, { nullable: true, description: 'Cursor of the last item; null on an empty page.' })
  endCursor!: () => Promise<string | null>;
}

import { Extensions, createParameterDecorator, type ArgOptions } from 'type-graphql';

/**
 * A value that a client sent as a variable, and that nobody has read yet: its resolver does. No JSON comes as one, so
 * that no client can make one.
 */
export class Unread {
  constructor(readonly value: unknown) {}
}

/** The name of the argument of a field, in its extensions, whose items its resolver reads. */
export const READ_BY_RESOLVER = 'readByResolver';

/**
 * Declares an argument that is a list, like `@Arg`. What comes of it as variables, the list or single items, its
 * resolver gets as {@link Unread}: so one bad item need not be the end of the others. What is written into the document
 * is read by GraphQL, and comes as `Item`.
 */
export function ArgOfItems(
  name: string,
  type: () => [new () => object],
  options: ArgOptions,
): ParameterDecorator {
  const asArgument = createParameterDecorator(({ args }) => itemsOf(args[name]), {
    arg: { name, typeFunc: type, options },
  });
  return (prototype, key = '', index) => {
    asArgument(prototype, key, index);
    Extensions({ [READ_BY_RESOLVER]: name })(prototype, key);
  };
}

/** GraphQL takes a single item for a list of one. */
function itemsOf(argument: unknown): unknown[] {
  if (!(argument instanceof Unread)) return argument as unknown[];
  const { value } = argument;
  return Array.isArray(value) ? value.map((item) => new Unread(item)) : [argument];
}

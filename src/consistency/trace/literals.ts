import {
  getNamedType,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  parseValue,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
} from 'graphql';

/** A way to call a field that differs from the shortest one in an argument, or in a field of an input object. */
export interface Choice {
  /** That input field, such as `CallLogFilter.tokensUsed`; undefined for a plain argument. */
  input?: string;
  call: string;
}

const BUILT_IN = new Map<GraphQLScalarType, string>([
  [GraphQLID, '"1"'],
  [GraphQLString, '"x"'],
  [GraphQLInt, '1'],
  [GraphQLFloat, '0.5'],
  [GraphQLBoolean, 'false'],
]);

/** A field as an operation writes it, with the arguments that it must have. */
export function callOf(field: GraphQLField<unknown, unknown>): string {
  return callWith(field, new Map());
}

/** The ways to call a field that differ in one thing each from the shortest one. */
export function choicesOf(field: GraphQLField<unknown, unknown>): Choice[] {
  return field.args.flatMap((argument) => {
    const type = getNamedType(argument.type);
    const call = (value: string) => callWith(field, new Map([[argument.name, wrap(argument.type, value)]]));
    if (isInputObjectType(type)) {
      return Object.values(type.getFields())
        .filter((inner) => !isRequiredInputField(inner) && getNamedType(inner.type) !== type)
        .flatMap((inner) =>
          literalsOf(inner, type).map((value) => ({
            input: `${type.name}.${inner.name}`,
            call: call(objectOf(type, new Map([[inner.name, value]]))),
          })),
        );
    }
    if (isRequiredArgument(argument)) return [];
    if (isEnumType(type)) return type.getValues().map(({ name }) => ({ call: call(name) }));
    return [{ call: call(shortest(type, 0, [])) }];
  });
}

function callWith(field: GraphQLField<unknown, unknown>, given: ReadonlyMap<string, string>): string {
  const args = field.args.flatMap((argument, index) => {
    const value = given.get(argument.name) ?? neededValue(argument, index, []);
    return value === undefined ? [] : [`${argument.name}: ${value}`];
  });
  return args.length === 0 ? field.name : `${field.name}(${args.join(', ')})`;
}

/** Values of an input field: of an object, one with as little in it as can be, and one with all. */
function literalsOf(field: GraphQLInputField, within: GraphQLInputObjectType): string[] {
  const type = getNamedType(field.type);
  if (!isInputObjectType(type)) return [literal(field.type, 0, [within])];
  const all = Object.values(type.getFields())
    .filter((inner) => ![type, within].includes(getNamedType(inner.type) as GraphQLInputObjectType))
    .map((inner, index) => [inner.name, literal(inner.type, index, [within, type])] as const);
  const whole = wrap(field.type, objectOf(type, new Map(all)));
  return [...new Set([literal(field.type, 0, [within]), whole])];
}

/** What must be given. A switch that is on by default is turned off: a dry run should do as little as it can. */
function neededValue(
  item: GraphQLArgument | GraphQLInputField,
  index: number,
  around: readonly GraphQLInputObjectType[],
): string | undefined {
  const isSwitch = isNonNullType(item.type) && getNamedType(item.type) === GraphQLBoolean;
  const isNeeded = isSwitch || (isNonNullType(item.type) && item.defaultValue === undefined);
  return isNeeded ? literal(item.type, index, around) : undefined;
}

/** @param index among its neighbours: later ones get later times, so that from is before to */
function literal(type: GraphQLInputType, index: number, around: readonly GraphQLInputObjectType[]): string {
  return wrap(type, shortest(getNamedType(type), index, around));
}

function shortest(
  type: ReturnType<typeof getNamedType> & GraphQLInputType,
  index: number,
  around: readonly GraphQLInputObjectType[],
): string {
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(type)) return around.includes(type) ? '{}' : objectOf(type, new Map(), around);
  const scalar = type as GraphQLScalarType;
  // A scalar of the API's own takes what it accepts: JSON, a time, a name or a number.
  const candidates = ['{}', `"2000-01-01T00:0${index % 10}:00Z"`, '"UTC"', '"x@example.org"', '"1"', '1'];
  return BUILT_IN.get(scalar) ?? candidates.find((value) => accepts(scalar, value)) ?? '"x"';
}

/** An input object with the fields given and those that it needs; one that needs none gets its first. */
function objectOf(
  type: GraphQLInputObjectType,
  given: ReadonlyMap<string, string>,
  around: readonly GraphQLInputObjectType[] = [],
): string {
  const fields = Object.values(type.getFields());
  const within = [...around, type];
  const values = fields.flatMap((field, index) => {
    const value = given.get(field.name) ?? neededValue(field, index, within);
    return value === undefined ? [] : [`${field.name}: ${value}`];
  });
  const [first] = fields;
  if (values.length === 0 && first) values.push(`${first.name}: ${literal(first.type, 0, within)}`);
  return `{ ${values.join(', ')} }`;
}

function wrap(type: GraphQLInputType, value: string): string {
  if (isNonNullType(type)) return wrap(type.ofType, value);
  return isListType(type) ? `[${wrap(type.ofType, value)}]` : value;
}

function accepts(scalar: GraphQLScalarType, value: string): boolean {
  try {
    return scalar.parseLiteral(parseValue(value)) !== undefined;
  } catch {
    return false;
  }
}

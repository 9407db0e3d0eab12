import {
  coerceInputValue,
  getNullableType,
  GraphQLError,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { badUserInput, withCode } from './errors.js';
import { MAX_32 } from './ids.js';
import { withoutLongWords } from './without-values.js';

/** Longer texts are not repeated: they may be a prompt. */
const MAX_SHOWN_CHARACTERS = 40;

/**
 * Reads an input object as graphql-js reads a variable, from JSON that a client sent.
 *
 * @param at its place, such as `input[3]`, for messages
 * @throws BAD_USER_INPUT about the first mistake: it names the field and says what would be right
 */
export function readInput(type: GraphQLInputObjectType, value: unknown, at: string): unknown {
  if (!isObject(value)) throw badUserInput(at, `must be an object, not ${shown(value)}.`);
  return coerceInputValue(value, type, (path, given, error) => {
    throw explain(type, at, path, given, error);
  });
}

/** @param path from the whole input to what graphql-js refuses, which is `given` */
function explain(
  whole: GraphQLInputObjectType,
  at: string,
  path: readonly (string | number)[],
  given: unknown,
  { originalError }: GraphQLError,
): GraphQLError {
  const place = path.reduce((start: string, key) => start + (isIndex(key) ? `[${key}]` : `.${key}`), at);
  const type = getNullableType(path.reduce(typeWithin, whole));
  if (isInputObjectType(type) && isObject(given)) return explainFields(type, place, given);
  // Our own scalars say best what is wrong.
  if (originalError && typeof given === 'string') {
    const reason = originalError.message.replace(JSON.stringify(given), () => shown(given));
    return new GraphQLError(`${place}: ${reason}`, {
      extensions: withCode('BAD_USER_INPUT', { argument: place }),
    });
  }
  return badUserInput(place, `must be ${wanted(type, given)}, not ${shown(given)}.`);
}

/** The type of what has the name or number `key` in a value of a type. */
function typeWithin(type: GraphQLInputType, key: string | number): GraphQLInputType {
  const around = getNullableType(type);
  if (isInputObjectType(around)) return around.getFields()[key]?.type ?? around;
  return isListType(around) ? around.ofType : around;
}

const isIndex = (key: string | number): key is number => typeof key === 'number';

function explainFields(
  type: GraphQLInputObjectType,
  place: string,
  given: Record<string, unknown>,
): GraphQLError {
  const fields = type.getFields();
  const missing = Object.values(fields).find(
    (field) => isRequiredInputField(field) && given[field.name] === undefined,
  );
  if (missing) {
    const right = wanted(getNullableType(missing.type));
    return badUserInput(`${place}.${missing.name}`, `must be ${right}, but is missing.`);
  }
  const unknown = Object.keys(given).find((name) => fields[name] === undefined) ?? '';
  const name = withoutLongWords(
    unknown.length > MAX_SHOWN_CHARACTERS ? `${unknown.slice(0, MAX_SHOWN_CHARACTERS)}…` : unknown,
  );
  return badUserInput(`${place}.${name}`, `is no field of ${type.name}: leave it out, or correct its name.`);
}

function wanted(type: GraphQLInputType, given?: unknown): string {
  if (type === GraphQLInt) {
    if (!Number.isInteger(given)) return 'a whole number';
    return (given as number) > 0 ? `at most ${MAX_32}` : `at least ${-MAX_32 - 1}`;
  }
  if (type === GraphQLString) return 'text';
  if (type === GraphQLID) return 'a whole number or text';
  if (isInputObjectType(type)) return 'an object';
  if (isEnumType(type)) {
    return type
      .getValues()
      .map(({ name }) => name)
      .join(' or ');
  }
  return `a value of type ${String(type)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  if (typeof value === 'number') return `${value}`;
  if (typeof value === 'string' && value.length > MAX_SHOWN_CHARACTERS) return 'a longer text';
  return withoutLongWords(JSON.stringify(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

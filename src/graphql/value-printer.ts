import {
  GraphQLID,
  GraphQLString,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import { JsonText } from './json-text.js';

/**
 * Prints a value as the JSON that stands for it in an answer.
 *
 * @throws Unprintable
 */
export type Print = (value: unknown) => string;

/** What has an error, or a null, where its type allows none. */
export class Unprintable extends Error {}

/** What selections are read with. */
export interface Selections {
  schema: GraphQLSchema;
  fragments: Record<string, FragmentDefinitionNode>;
}

/**
 * Makes the printer of what is selected of a type.
 *
 * @param nodes the field, once for each time that an operation selects it in one place
 * @returns undefined unless all that is selected are properties of the value, which take no resolver to read
 */
export function printerOf(
  selections: Selections,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
): Print | undefined {
  if (isNonNullType(type)) return printerOf(selections, type.ofType, nodes);
  if (isListType(type)) {
    const print = orNull(printerOf(selections, type.ofType, nodes), type.ofType);
    return print && ((value) => `[${listOf(value).map(print).join()}]`);
  }
  if (isObjectType(type)) return objectPrinter(selections, type, nodes);
  return isLeafType(type) ? leafPrinter(type) : undefined;
}

function objectPrinter(
  selections: Selections,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): Print | undefined {
  if (type.isTypeOf) return undefined;
  const { schema, fragments } = selections;
  const asked = [...collectSubfields(schema, fragments, {}, type, nodes)];
  const properties = asked.map(([key, [first, ...others]]) => {
    if (first?.name.value === '__typename') return typeName(key, type);
    const field = first && type.getFields()[first.name.value];
    if (!field || !isProperty(field)) return undefined;
    const print = orNull(printerOf(selections, field.type, [first, ...others]), field.type);
    return print && { name: field.name, key, print };
  });
  return properties.every((property) => property !== undefined) ? compile(properties) : undefined;
}

interface Property {
  name: string;
  key: string;
  print: Print;
}

/**
 * Makes code that reads just these properties: where one loop reads those of every type, V8 has to look each of them up.
 * Names of GraphQL, which are all that goes into it, need no escapes.
 */
function compile(properties: readonly Property[]): Print {
  const printers = properties.map((_, index) => `print${index}`);
  const parts = properties.map(({ name, key }, index) => {
    return `'${index === 0 ? '{' : ','}"${key}":' + print${index}(object.${name})`;
  });
  const code = `return (value) => { const object = objectOf(value); return ${parts.join(' + ')} + '}'; };`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- graphql-jit does the same with the rest of a query
  const make = new Function('objectOf', ...printers, code) as (...given: unknown[]) => Print;
  return make(objectOf, ...properties.map(({ print }) => print));
}

function typeName(key: string, { name }: GraphQLObjectType): Property {
  return { name: '__typename', key, print: () => JSON.stringify(name) };
}

/** Whether a field is read from its object as it is, without a function being called for it. */
function isProperty({ resolve, args }: GraphQLField<unknown, unknown>): boolean {
  return resolve === undefined && args.length === 0;
}

function orNull(print: Print | undefined, type: GraphQLOutputType): Print | undefined {
  if (!print || !isNonNullType(type)) {
    return print && ((value) => (value === null || value === undefined ? 'null' : print(value)));
  }
  return (value) => {
    if (value === null || value === undefined) throw new Unprintable();
    return print(value);
  };
}

function leafPrinter(type: GraphQLLeafType): Print {
  // What these serialize a text to is the text.
  const isText = type === GraphQLString || type === GraphQLID;
  return (value) => {
    if (isText && typeof value === 'string') return quote(value);
    const serialized = serialize(type, value);
    if (Number.isFinite(serialized)) return String(serialized);
    if (typeof serialized === 'string') return quote(serialized);
    return serialized instanceof JsonText ? serialized.text : JSON.stringify(serialized);
  };
}

function serialize(type: GraphQLLeafType, value: unknown): unknown {
  let serialized: unknown;
  try {
    serialized = value instanceof Error ? undefined : type.serialize(value);
  } catch {
    // told below
  }
  if (serialized === undefined || serialized === null) throw new Unprintable();
  return serialized;
}

const LONG = 100;

/** Anything but what stands for itself in JSON, and halves of characters, which must be told apart. */
const NEEDS_ESCAPES = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Most texts are short and plain, which is quicker seen than printed by JSON.stringify. */
function quote(text: string): string {
  return text.length > LONG || NEEDS_ESCAPES.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Unprintable();
  return value as unknown[];
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Error || 'then' in value) {
    throw new Unprintable();
  }
  return value as Record<string, unknown>;
}

import { GraphQLID, GraphQLString, type GraphQLLeafType } from 'graphql';
import { encode, type ByteText } from '../database/byte-text.js';
import { JsonText } from './json-text.js';
import { TYPE_NAME, type ObjectShape, type Property, type Shape } from './shape.js';

/**
 * Prints a value as the JSON that stands for it in an answer.
 *
 * @throws Unprintable
 */
export type Print = (value: unknown) => ByteText;

/** What has an error, or a null, where its type allows none. */
export class Unprintable extends Error {}

/** Makes the printer of values of a shape. What is printed already stays as it is. */
export function printerOf(shape: Shape): Print {
  const print = makePrinter(shape);
  return (value) => (value instanceof JsonText ? value.bytes : print(value));
}

/** As {@link printerOf}, in pieces where it is a list: nobody has to hold the whole text, which can be long. */
export function piecePrinterOf(shape: Shape): (value: unknown) => JsonText {
  const print = shape.kind === 'list' ? itemPrinter(shape.items) : printerOf(shape);
  return (value) => {
    if (value instanceof JsonText) return value;
    if (shape.kind !== 'list') return new JsonText([print(value)]);
    const pieces = listOf(value).map((item, index) => (index === 0 ? '[' : ',') + print(item));
    return new JsonText(pieces.length === 0 ? ['[]'] : [...pieces, ']']);
  };
}

function makePrinter(shape: Shape): Print {
  if (shape.kind === 'leaf') return leafPrinter(shape);
  if (shape.kind === 'object') return compile(shape);
  const print = itemPrinter(shape.items);
  return (value) => `[${listOf(value).map(print).join()}]`;
}

function itemPrinter({ shape, nullable }: Pick<Property, 'shape' | 'nullable'>): Print {
  const print = printerOf(shape);
  if (nullable) return (value) => (value === null || value === undefined ? 'null' : print(value));
  return (value) => {
    if (value === null || value === undefined) throw new Unprintable();
    return print(value);
  };
}

/**
 * Makes code that reads just these properties: where one loop reads those of every type, V8 has to look each of them up.
 * Names of GraphQL, which are all that goes into it, need no escapes.
 */
function compile({ type, properties }: ObjectShape): Print {
  const printers = properties.map((property) => {
    if (property.name === TYPE_NAME) return () => JSON.stringify(type.name);
    return itemPrinter(property);
  });
  const parts = properties.map(({ name, key }, index) => {
    return `'${index === 0 ? '{' : ','}"${key}":' + print${index}(object.${name})`;
  });
  const code = `return (value) => { const object = objectOf(value); return ${parts.join(' + ')} + '}'; };`;
  const names = printers.map((_, index) => `print${index}`);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- graphql-jit does the same with the rest of a query
  const make = new Function('objectOf', ...names, code) as (...given: unknown[]) => Print;
  return make(objectOf, ...printers);
}

function leafPrinter({ type }: { type: GraphQLLeafType }): Print {
  // What these serialize a text to is the text.
  const isText = type === GraphQLString || type === GraphQLID;
  return (value) => {
    if (isText && typeof value === 'string') return quote(value);
    const serialized = serialize(type, value);
    if (Number.isFinite(serialized)) return String(serialized);
    if (typeof serialized === 'string') return quote(serialized);
    return serialized instanceof JsonText ? serialized.bytes : encode(JSON.stringify(serialized));
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

/** Anything but ASCII that stands for itself in JSON. */
const NEEDS_MORE = /[^ !#-[\]-\x7f]/;

/** Most texts are short and plain, which is quicker seen than printed by JSON.stringify. */
function quote(text: string): ByteText {
  return text.length > LONG || NEEDS_MORE.test(text) ? encode(JSON.stringify(text)) : `"${text}"`;
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

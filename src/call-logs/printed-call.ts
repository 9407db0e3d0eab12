import { GraphQLID, GraphQLInt, GraphQLString, isEnumType, type GraphQLEnumType } from 'graphql';
import { DateTime, Json } from '../graphql/scalars.js';
import { TYPE_NAME, type ObjectShape, type Property } from '../graphql/shape.js';
import { BODIES } from './bodies.js';

/** What a field of an object is in SQL. */
export type ValueOf = (field: string) => string;

/**
 * What is selected of a call in the form of JSON, in SQL: the same as would be printed of its values.
 *
 * A piece is null for a call that has a value which its field does not allow, such as a status that is none.
 *
 * @param valueOf of a call
 * @param ofGroup of its group, which is null where there is none
 * @returns texts that follow each other; more than one where there are bodies, which take long to join to others
 */
export function printedCall(shape: ObjectShape, valueOf: ValueOf, ofGroup: ValueOf): string[] {
  const print = (property: Property) =>
    property.shape.kind === 'object'
      ? printGroup(property.shape, ofGroup)
      : printLeaf(property, valueOf(property.name));
  const pieces: string[] = [];
  let short: string[] = [];
  for (const { sql, isBody } of partsOf(shape, print)) {
    if (isBody) {
      pieces.push(joined(short), sql);
      short = [];
    } else short.push(sql);
  }
  return [...pieces, joined(short)];
}

function printGroup(shape: ObjectShape, ofGroup: ValueOf): string {
  const parts = partsOf(shape, (property) => printLeaf(property, ofGroup(property.name)));
  return `CASE WHEN ${ofGroup('id')} IS NULL THEN 'null' ELSE ${joined(parts.map(({ sql }) => sql))} END`;
}

/** A text in SQL, and whether it is a body. */
interface Part {
  sql: string;
  isBody: boolean;
}

function partsOf({ type, properties }: ObjectShape, print: (property: Property) => string): Part[] {
  const members = properties.flatMap((property, index) => {
    const { key, name } = property;
    const value = name === TYPE_NAME ? literal(`"${type.name}"`) : print(property);
    return [
      { sql: literal(`${index === 0 ? '{' : ','}"${key}":`), isBody: false },
      { sql: value, isBody: BODIES.has(name) },
    ];
  });
  return [...members, { sql: literal('}'), isBody: false }];
}

/** Of halves, and these of halves: each text is copied as often as it is joined to another one. */
function joined(parts: readonly string[]): string {
  if (parts.length === 1) return parts[0] ?? '';
  const half = Math.ceil(parts.length / 2);
  return `(${joined(parts.slice(0, half))} || ${joined(parts.slice(half))})`;
}

/** @param text of names of GraphQL and what stands between them in JSON: without a quote of SQL */
function literal(text: string): string {
  return `'${text}'`;
}

function printLeaf({ shape, nullable, name }: Property, value: string): string {
  // Another program may write JSON's null for no messages, which the field does not allow.
  if (name === 'requestMessages') return `coalesce(nullif(${value}::text, 'null'), '[]')`;
  if (shape.kind === 'leaf') {
    const { type } = shape;
    const printed = isEnumType(type) ? printEnum(type, value) : PRINTED.get(type.name)?.(value);
    if (printed && nullable) return `coalesce(${printed}, 'null')`;
    if (printed) return printed;
  }
  throw new Error(`Nothing tells how the database prints ${value}.`);
}

/** By type, what a value is printed by that is not null. */
const PRINTED = new Map<string, (value: string) => string>([
  // All are whole numbers.
  [GraphQLID.name, (value) => `'"' || ${value}::text || '"'`],
  [GraphQLInt.name, (value) => `${value}::text`],
  [GraphQLString.name, (value) => `to_json(${value})::text`],
  [DateTime.name, (value) => `'"' || to_char(${value}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"'`],
  [Json.name, (value) => `${value}::text`],
]);

function printEnum(type: GraphQLEnumType, value: string): string {
  const cases = type.getValues().map((one) => `WHEN '${one.value as string}' THEN '"${one.name}"'`);
  return `CASE ${value} ${cases.join(' ')} END`;
}

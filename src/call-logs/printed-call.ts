import { GraphQLID, GraphQLInt, GraphQLString, isEnumType, type GraphQLEnumType } from 'graphql';
import { DateTime, Json } from '../graphql/scalars.js';
import { TYPE_NAME, type ObjectShape, type Property } from '../graphql/shape.js';

/** What a field of an object is in SQL. */
export type ValueOf = (field: string) => string;

/**
 * What is selected of a call in the form of JSON, in SQL: the same as would be printed of its values.
 *
 * It is null for a call that has a value which its field does not allow, such as a status that is none.
 *
 * @param valueOf of a call
 * @param ofGroup of its group, which is null where there is none
 */
export function printedCall(shape: ObjectShape, valueOf: ValueOf, ofGroup: ValueOf): string {
  return printObject(shape, (property) =>
    property.shape.kind === 'object'
      ? `CASE WHEN ${ofGroup('id')} IS NULL THEN 'null' ELSE ${printObject(property.shape, (inGroup) => printLeaf(inGroup, ofGroup(inGroup.name)))} END`
      : printLeaf(property, valueOf(property.name)),
  );
}

function printObject({ type, properties }: ObjectShape, print: (property: Property) => string): string {
  const members = properties.flatMap((property, index) => {
    const before = literal(`${index === 0 ? '{' : ','}"${property.key}":`);
    return [before, property.name === TYPE_NAME ? literal(`"${type.name}"`) : print(property)];
  });
  return joined([...members, literal('}')]);
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

function printLeaf({ shape, nullable }: Property, value: string): string {
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

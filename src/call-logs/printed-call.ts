import {
  getNullableType,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isNonNullType,
  type GraphQLEnumType,
  type GraphQLOutputType,
} from 'graphql';
import type { SelectedField, SelectedObject } from '../graphql/answer/selected-fields.js';
import { DateTime, Json } from '../graphql/scalars.js';

/** What a field of an object is in SQL; undefined where it is no column of a call. */
export type ValueOf = (field: string) => string | undefined;

/**
 * What is selected of a call in the form of JSON, in SQL: the same text as would be printed of its values. It is null for
 * a call with a value that its field does not allow, such as a status that is none.
 *
 * @param before texts to put in front of it
 * @param valueOf of a call
 * @param ofGroup of its group, which is null where there is none
 * @returns undefined where something is selected that only a resolver can tell
 */
export function printedCall(
  selected: SelectedObject,
  before: readonly string[],
  valueOf: ValueOf,
  ofGroup: ValueOf,
): string | undefined {
  const required: string[] = [];
  const print = ({ name, below }: SelectedField, type: GraphQLOutputType) => {
    if (below) return printGroup(below, ofGroup);
    const value = valueOf(name);
    const enumType = getNullableType(type);
    if (value !== undefined && isEnumType(enumType)) required.push(`${value} IN (${valuesOf(enumType)})`);
    return value === undefined ? undefined : printLeaf(name, value, type);
  };
  const parts = printObject(selected, print);
  const printed = parts && concatenated([...before, ...parts]);
  if (printed === undefined || required.length === 0) return printed;
  return `CASE WHEN ${required.join(' AND ')} THEN ${printed} END`;
}

function printGroup(selected: SelectedObject, ofGroup: ValueOf): string | undefined {
  const parts = printObject(selected, ({ name, below }, type) => {
    const value = below ? undefined : ofGroup(name);
    return value === undefined ? undefined : printLeaf(name, value, type);
  });
  return parts && `CASE WHEN ${ofGroup('id')} IS NULL THEN 'null' ELSE ${concatenated(parts)} END`;
}

function printObject(
  { type, fields }: SelectedObject,
  print: (field: SelectedField, type: GraphQLOutputType) => string | undefined,
): string[] | undefined {
  const parts: string[] = [];
  for (const [index, selected] of fields.entries()) {
    const field = type.getFields()[selected.name];
    const value = field ? print(selected, field.type) : literal(`"${type.name}"`);
    if (value === undefined) return undefined;
    parts.push(literal(`${index === 0 ? '{' : ','}"${selected.key}":`), value);
  }
  return [...parts, literal('}')];
}

/** Arguments that PostgreSQL takes of a function. */
const MAX_ARGUMENTS = 100;

/** One function for all of them writes each text once, however many and however long they are. */
function concatenated(parts: readonly string[]): string {
  if (parts.length <= MAX_ARGUMENTS) return `concat(${parts.join(', ')})`;
  const rest = parts.slice(MAX_ARGUMENTS - 1);
  return `concat(${parts.slice(0, MAX_ARGUMENTS - 1).join(', ')}, ${concatenated(rest)})`;
}

/** @param text of names of GraphQL and what stands between them in JSON: without a quote of SQL */
function literal(text: string): string {
  return `'${text}'`;
}

function printLeaf(name: string, value: string, type: GraphQLOutputType): string | undefined {
  // Another program may write JSON's null for no messages, which the field does not allow.
  if (name === 'requestMessages') return `coalesce(nullif(${value}, 'null'::jsonb), '[]'::jsonb)`;
  const leaf = getNullableType(type);
  const printed = isEnumType(leaf) ? printEnum(leaf, value) : PRINTED.get(String(leaf))?.(value);
  if (printed === undefined || isNonNullType(type)) return printed;
  return `coalesce(${printed}, 'null')`;
}

/** By type, the text of a value; null of null. */
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

function valuesOf(type: GraphQLEnumType): string {
  return type
    .getValues()
    .map((one) => `'${one.value as string}'`)
    .join(', ');
}

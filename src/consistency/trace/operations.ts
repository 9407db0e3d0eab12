import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { callOf, choicesOf } from './literals.js';

/** An operation that shows what a field does: what it does beyond what the others do is the field's. */
export interface Probe {
  /** The field, such as `CallLog.tokensUsed`. */
  field: string;
  /** The input field whose effect it shows. */
  input?: string | undefined;
  /** The field of Query or Mutation that the operation begins with. */
  root: string;
  operation: string;
  without: string;
  /** Operations that select the same as is selected below the field, in other places; and nothing there. */
  elsewhere: readonly { same: string; nothing: string }[];
  /** Whether it asks for a single value, and for it with no argument that it need not have. */
  isValue: boolean;
}

/** Where objects of a type are to be had, by the shortest way. */
interface Place {
  type: GraphQLObjectType;
  root: string | undefined;
  /** The operation that selects something there. */
  select: (selection: string) => string;
}

/** Operations for every field of every object type that can be reached, with each of their arguments. */
export function probesOf(schema: GraphQLSchema): Probe[] {
  const places = placesOf(schema);
  const chosen = new Set<string>();
  return [...places.values()].flatMap((place) =>
    Object.values(place.type.getFields()).flatMap((field) =>
      probesOfField(schema, places, place, field, chosen),
    ),
  );
}

/** What an operation selects of a type to run its resolvers: all its fields, one level deep. */
export function selectionOf(schema: GraphQLSchema, type: GraphQLNamedType): string {
  if (isAbstractType(type)) {
    const parts = schema
      .getPossibleTypes(type)
      .map((part) => `...on ${part.name} {${selectionOf(schema, part)}}`);
    return ['__typename', ...parts].join(' ');
  }
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields());
  return ['__typename', ...fields.map((field) => callOf(field) + typename(field))].join(' ');
}

/** `{__typename}` after a field that needs a selection. */
export function typename(field: GraphQLField<unknown, unknown>): string {
  return isLeafType(getNamedType(field.type)) ? '' : '{__typename}';
}

/** The object types that a type stands for. */
export function objectTypesOf(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLObjectType[] {
  if (isAbstractType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}

function probesOfField(
  schema: GraphQLSchema,
  places: ReadonlyMap<string, Place>,
  place: Place,
  field: GraphQLField<unknown, unknown>,
  chosen: Set<string>,
): Probe[] {
  const type = getNamedType(field.type);
  const name = `${place.type.name}.${field.name}`;
  const of = { field: name, root: place.root ?? name, elsewhere: [], isValue: false };
  const call = callOf(field);
  const without = place.select('__typename');
  const plain = place.select(`__typename ${call}${typename(field)}`);
  const probes: Probe[] = [{ ...of, operation: plain, without, isValue: isLeafType(type) }];

  // What is below the field runs only when it is selected; what it does elsewhere too is not this field's.
  const below = isCompositeType(type) ? ` {${selectionOf(schema, type)}}` : '';
  const deep = place.select(`__typename ${call}${below}`);
  const elsewhere = selectionsElsewhere(schema, places, type).filter(({ same }) => same !== deep);
  if (elsewhere.length > 0) probes.push({ ...of, operation: deep, without, elsewhere });

  // A mutation may do something else with the same input, so each is tried with all of it.
  const isMutation = place.type === schema.getMutationType();
  const choices = choicesOf(field).filter(({ input }) => isMutation || !chosen.has(input ?? ''));
  for (const choice of choices) {
    if (choice.input !== undefined) chosen.add(choice.input);
    const operation = place.select(`__typename ${choice.call}${below}`);
    probes.push({ ...of, input: choice.input, operation, without: deep });
  }
  return probes;
}

function selectionsElsewhere(
  schema: GraphQLSchema,
  places: ReadonlyMap<string, Place>,
  type: GraphQLNamedType,
): Probe['elsewhere'] {
  return objectTypesOf(schema, type).flatMap((part) => {
    const place = places.get(part.name);
    return place
      ? [{ same: place.select(selectionOf(schema, part)), nothing: place.select('__typename') }]
      : [];
  });
}

/** Looks for every object type, those nearest to Query first. */
function placesOf(schema: GraphQLSchema): Map<string, Place> {
  const places = new Map<string, Place>();
  const roots = [
    [schema.getQueryType(), 'query'],
    [schema.getMutationType(), 'mutation'],
  ] as const;
  for (const [type, kind] of roots) {
    if (!type) continue;
    const queue: Place[] = [{ type, root: undefined, select: (selection) => `${kind} {${selection}}` }];
    for (const place of queue) {
      if (places.has(place.type.name)) continue;
      places.set(place.type.name, place);
      queue.push(
        ...Object.values(place.type.getFields()).flatMap((field) => placesBelow(schema, place, field)),
      );
    }
  }
  return places;
}

function placesBelow(schema: GraphQLSchema, place: Place, field: GraphQLField<unknown, unknown>): Place[] {
  const type = getNamedType(field.type);
  const root = place.root ?? `${place.type.name}.${field.name}`;
  const call = `__typename ${callOf(field)}`;
  return objectTypesOf(schema, type).map((part) => ({
    type: part,
    root,
    select: (selection) =>
      place.select(
        part === type ? `${call} {${selection}}` : `${call} {__typename ...on ${part.name} {${selection}}}`,
      ),
  }));
}

import {
  getNamedType,
  isObjectType,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import { memo } from '../memo.js';

/** What an operation selects of the objects that a resolver is to give. */
export interface Selected {
  /** Equal where the fields are. */
  key: string;
  /** The names of the fields. */
  fields: ReadonlySet<string>;
  /** The one place of an operation where they are selected, at the first path; undefined where there are others. */
  onlyPlace?: SelectedObject | undefined;
}

/** An object as it is selected in one place of an operation. */
export interface SelectedObject {
  type: GraphQLObjectType;
  fields: readonly SelectedField[];
}

export interface SelectedField {
  /** What the answer calls it. */
  key: string;
  name: string;
  /** What is selected of the object that it gives; undefined where it gives none. */
  below?: SelectedObject | undefined;
}

/**
 * What an operation selects below the field being resolved, or further down.
 *
 * @param paths each the names of the fields in between, such as `['edges', 'node']`; what is selected at
 *   any of them counts
 */
export function selectedFields(info: GraphQLResolveInfo, ...paths: string[][]): Selected {
  // A compiled query has the same list of nodes each time, and no variable leaves anything out of it.
  const known = selectedBefore(info.fieldNodes);
  const name = paths.join();
  let selected = known.get(name);
  if (!selected) known.set(name, (selected = findSelected(info, paths.length === 0 ? [[]] : paths)));
  return selected;
}

const selectedBefore = memo<readonly FieldNode[], Map<string, Selected>, []>(() => new Map());

function findSelected(info: GraphQLResolveInfo, paths: string[][]): Selected {
  const whole = objectOf(info, info.returnType, info.fieldNodes);
  const [atFirst = [], ...others] = paths.map((path) => (whole ? objectsAt(whole, path) : []));
  const atOthers = others.flat();
  const objects = [...atFirst, ...atOthers];
  const fields = new Set(objects.flatMap((object) => object.fields.map(({ name }) => name)));
  const onlyPlace = objects.length === 1 && atOthers.length === 0 ? atFirst[0] : undefined;
  return { key: [...fields].sort().join(), fields, onlyPlace };
}

function objectOf(
  info: GraphQLResolveInfo,
  outer: GraphQLResolveInfo['returnType'],
  nodes: readonly FieldNode[],
): SelectedObject | undefined {
  const type = getNamedType(outer);
  if (!isObjectType(type)) return undefined;
  const { schema, fragments, variableValues } = info;
  const fields = [...collectSubfields(schema, fragments, variableValues, type, nodes)].map(
    ([key, selected]) => {
      const name = selected[0]?.name.value ?? '';
      const field = type.getFields()[name];
      return { key, name, below: field && objectOf(info, field.type, selected) };
    },
  );
  return { type, fields };
}

/** One for each time that the place is selected. */
function objectsAt(object: SelectedObject, [name, ...further]: string[]): SelectedObject[] {
  if (name === undefined) return [object];
  return object.fields
    .filter((field) => field.name === name)
    .flatMap(({ below }) => (below ? objectsAt(below, further) : []));
}

import {
  getNullableType,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLUnionType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isUnionType,
  type GraphQLFieldConfigMap,
  type GraphQLNamedType,
  type GraphQLOutputType,
} from 'graphql';

/**
 * A copy of an API in which every field may be null, so that a field that fails does not take away what those
 * beside it answer. Values that are made up fail easily: none of them is one of an enum's.
 */
export function nullableSchema(schema: GraphQLSchema): GraphQLSchema {
  const copies = new Map<GraphQLNamedType, GraphQLNamedType>();
  const copyOf = <T extends GraphQLNamedType>(type: T): T => {
    const copy = copies.get(type) ?? makeCopy(type);
    copies.set(type, copy);
    return copy as T;
  };
  const makeCopy = (type: GraphQLNamedType): GraphQLNamedType => {
    if (isObjectType(type)) return new GraphQLObjectType({ ...type.toConfig(), ...partsOf(type) });
    if (isInterfaceType(type)) return new GraphQLInterfaceType({ ...type.toConfig(), ...partsOf(type) });
    if (!isUnionType(type)) return type;
    return new GraphQLUnionType({ ...type.toConfig(), types: () => type.getTypes().map(copyOf) });
  };
  const partsOf = (type: GraphQLObjectType | GraphQLInterfaceType) => ({
    interfaces: () => type.getInterfaces().map(copyOf),
    fields: () => {
      const fields: GraphQLFieldConfigMap<unknown, unknown> = {};
      for (const [name, field] of Object.entries(type.toConfig().fields)) {
        fields[name] = { ...field, type: nullable(field.type) };
      }
      return fields;
    },
  });
  const nullable = (type: GraphQLOutputType): GraphQLOutputType => {
    const inner = getNullableType(type);
    return isListType(inner) ? new GraphQLList(nullable(inner.ofType)) : copyOf(inner);
  };
  const { query, mutation, types } = schema.toConfig();
  return new GraphQLSchema({
    query: query && copyOf(query),
    mutation: mutation && copyOf(mutation),
    types: types.filter((type) => !isIntrospectionType(type)).map(copyOf),
    assumeValid: true,
  });
}

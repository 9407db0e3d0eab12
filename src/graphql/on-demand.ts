import { defaultFieldResolver, isObjectType, type GraphQLSchema } from 'graphql';
import { Extensions } from 'type-graphql';

/** Declares that a property is a function: what it gives is the field's value, and it runs only where that is selected. */
export function OnDemand(): PropertyDecorator & MethodDecorator {
  return Extensions({ onDemand: true });
}

/** Makes a schema call what {@link OnDemand} declares; a compiled query, unlike graphql-js, calls nothing else. */
export function callOnDemand(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      if (field.extensions['onDemand'] === true) field.resolve = defaultFieldResolver;
    }
  }
  return schema;
}

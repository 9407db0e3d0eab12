import { defaultFieldResolver, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Caller, CallerContext } from './caller.js';
import { forbidden } from './refusals.js';
import { scopeName, sufficientScopes, type Scope } from './scope.js';

/**
 * Declares what a field needs of its caller: one of these scopes, or with none given, any token. Every field of
 * Query and Mutation has to declare it; a field further down where it leads to more than the fields above it allow.
 */
export function Needs(...scopes: Scope[]): MethodDecorator & PropertyDecorator {
  return Extensions({ needs: scopes });
}

/**
 * Makes a schema keep what its fields declare by {@link Needs}, and say so in their descriptions. Fields that
 * declare nothing run as fast as before.
 *
 * @throws Error that names the fields of Query and Mutation that declare nothing
 */
export function protectFields(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const open: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const fields = Object.values(type.getFields()) as GraphQLField<unknown, CallerContext>[];
    for (const field of fields) {
      const needed = field.extensions['needs'] as Scope[] | undefined;
      if (needed) protect(field, sufficientScopes(needed));
      else if (roots.includes(type)) open.push(`${type.name}.${field.name}`);
    }
  }
  if (open.length > 0)
    throw new Error(`These fields do not declare which scopes they need: ${open.join(', ')}.`);
  return schema;
}

/** @throws FORBIDDEN that names the scopes that would do, unless the caller has one of them */
export function requireScope({ scopes }: Caller, sufficient: readonly Scope[]): void {
  if (sufficient.some((scope) => scopes.has(scope))) return;
  const names = sufficient.map(scopeName);
  throw forbidden(`This needs a token with the scope ${names.join(' or ')}.`, { scopes: names });
}

function protect(field: GraphQLField<unknown, CallerContext>, sufficient: readonly Scope[]): void {
  const needs =
    sufficient.length === 0
      ? 'Any token will do.'
      : `Needs the scope ${sufficient.map(scopeName).join(' or ')}.`;
  field.description = [field.description, needs].join(' ');
  if (sufficient.length === 0) return;
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (source, args, context, info) => {
    requireScope(context.caller, sufficient);
    return resolve(source, args, context, info);
  };
}

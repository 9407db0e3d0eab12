/** What a caller may do; the values are how the database, the command line and JWTs spell it. */
export enum Scope {
  LOGS_READ = 'logs:read',
  LOGS_WRITE = 'logs:write',
  KEYS_READ = 'keys:read',
  KEYS_ROTATE = 'keys:rotate',
  ADMIN = 'admin',
}

/** Every scope, in the order in which they are listed. */
export const SCOPES: readonly Scope[] = Object.values(Scope);

/** The scopes any one of which is enough where one of `needed` is required: ADMIN includes all but KEYS_READ. */
export function sufficientScopes(needed: readonly Scope[]): readonly Scope[] {
  const included = needed.some((scope) => scope !== Scope.KEYS_READ);
  return SCOPES.filter((scope) => needed.includes(scope) || (scope === Scope.ADMIN && included));
}

/** The name of a scope in the API, such as LOGS_READ. */
export function scopeName(scope: Scope): string {
  return Object.entries(Scope).find(([, value]) => value === scope)?.[0] ?? scope;
}

import { escapeIdentifier } from 'pg';

/** A name as it can stand in SQL, with quotes where it needs them. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : escapeIdentifier(name);
}

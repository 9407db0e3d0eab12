import { OperatorError } from '../errors.js';

interface DatabaseError {
  code?: string;
  message: string;
  address?: string;
  port?: number;
  hostname?: string;
  errors?: DatabaseError[];
}

const EXPLANATIONS: Record<string, string> = {
  ECONNREFUSED: 'No PostgreSQL answers there; is it running, and are host and port right?',
  ENOTFOUND: 'The host is not known; is its name right?',
  EAI_AGAIN: 'The host is not known; is its name right, and does name resolution work?',
  ETIMEDOUT: 'The host does not answer; is a firewall in between?',
  '28P01': 'User or password is wrong.',
  '28000': 'The database does not let this user in from here (see pg_hba.conf).',
  '3D000': 'There is no database of that name.',
  '42501': 'The user lacks a privilege.',
  '53300': 'All connections of the database are taken.',
  '57P03': 'The database is still starting.',
};

/** Turns an error of connecting or migrating into one sentence for the operator, and leaves others as they are. */
export function explainDatabaseError(error: unknown): unknown {
  const outer = error as DatabaseError;
  // Node reports a host with several addresses as several errors.
  const { code = '', message } = outer.errors?.[0] ?? outer;
  const explanation =
    EXPLANATIONS[code] ??
    (/timeout|terminated/i.test(message) ? 'The database does not answer.' : undefined);
  if (!explanation) return error;
  return new OperatorError(`Cannot use the database of DATABASE_URL: ${message.trim().split('\n').at(-1)}. ${explanation}`);
}

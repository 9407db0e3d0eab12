import { OperatorError } from '../operator-error.js';

interface DatabaseError {
  code?: string;
  message: string;
  errors?: DatabaseError[];
}

const EXPLANATIONS: Record<string, string> = {
  ECONNREFUSED: 'No PostgreSQL answers there; is it running, and are host and port right?',
  ENOTFOUND: 'The host is not known; is its name right?',
  EAI_AGAIN: 'The host is not known; is its name right, and does name resolution work?',
  ETIMEDOUT: 'The host does not answer; is a firewall in between?',
  '0A000': 'An extension is missing on the database server; install PostgreSQL\'s "contrib" package there.',
  '25006': 'It is read-only; use the address of the primary.',
  '28P01': 'User or password is wrong.',
  '28000': 'The database does not let this user in from here (see its pg_hba.conf).',
  '3D000': 'There is no database of that name.',
  '42501': 'The user lacks a privilege; grant it, or use the owner of the tables.',
  '53300': 'All connections of the database are taken.',
  '57P03': 'The database is still starting.',
};

/**
 * Turns an error of starting or migrating into one sentence for the operator, where the database is the cause;
 * leaves others as they are.
 */
export function explainDatabaseError(error: unknown): unknown {
  const { code = '' } = innermost(error);
  return code in EXPLANATIONS || isDatabaseDown(error) ? refusedByDatabase(error) : error;
}

/**
 * One sentence for the operator about an error that the database, or the way to it, is the cause of.
 * Passwords are in no message of PostgreSQL's or Node's.
 */
export function refusedByDatabase(error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  const { code = '', message } = innermost(error);
  // MikroORM adds hints in lines of their own, and puts the statement in front.
  const said = message.split('\n - ')[0]?.trim().split('\n').at(-1)?.trim() ?? '';
  const explanation = EXPLANATIONS[code] ?? (isSilence(message) ? 'The database does not answer.' : '');
  return new OperatorError(`The database cannot be used: ${said}. ${explanation}`.trim());
}

const NETWORK_ERRORS = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
]);

/** Whether the database was out of reach, going down or coming up, or had no connection to give. */
export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', message } = innermost(error);
  // SQLSTATE classes 08 (connection) and 57P (shutdown, startup), and 53300 (too many connections).
  return NETWORK_ERRORS.has(code) || /^08(?!P)|^57P|^53300$/.test(code) || isSilence(message);
}

/** Whether the database broke a statement off that took longer than it may. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && (innermost(error).code === '57014' || isGivenUp(error));
}

/** Whether `pg` waited in vain for what the database would say of a statement, and closed its connection. */
export function isGivenUp({ message }: Error): boolean {
  return message === 'Query read timeout';
}

/** `pg` reports these with a message alone. */
function isSilence(message: string): boolean {
  return /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client (has encountered a connection error|was closed))/.test(
    message,
  );
}

/** The SQLSTATE of an error of PostgreSQL's; another code, or an empty text, for others. */
export function sqlStateOf(error: unknown): string {
  return error instanceof Error ? (innermost(error).code ?? '') : '';
}

/** Node reports a host with several addresses as several errors. */
function innermost(error: unknown): DatabaseError {
  const outer = error as DatabaseError;
  return outer.errors?.[0] ?? outer;
}

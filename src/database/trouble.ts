import { isDatabaseDown, isTimeout, sqlStateOf } from './explain-error.js';

/** Why the database does not do what it is asked, by no mistake of whoever asks. */
export interface Trouble {
  code: 'DATABASE_UNAVAILABLE' | 'DATABASE_FULL' | 'DATABASE_READ_ONLY' | 'DATABASE_LOCKED' | 'TIMEOUT';
  /** One sentence. */
  reason: string;
  /** Whether an answer was lost, so that the database may have done it all the same. */
  isUnanswered: boolean;
}

const UNAVAILABLE = 'DATABASE_UNAVAILABLE';

/** By SQLSTATE, or by its class. */
const TROUBLES: Record<string, [Trouble['code'], string]> = {
  '25006': [
    'DATABASE_READ_ONLY',
    'The database can only be read at the moment: it is a standby, or was set so.',
  ],
  '26000': [
    UNAVAILABLE,
    'A pooler mixes up the connections to the database: DATABASE_POOLER=transaction is not set.',
  ],
  '42P05': [
    UNAVAILABLE,
    'A pooler mixes up the connections to the database: DATABASE_POOLER=transaction is not set.',
  ],
  '28': [UNAVAILABLE, 'The database does not let this server in: its user or password is wrong.'],
  '3D': [UNAVAILABLE, 'There is no database of the name that this server was given.'],
  '40': ['DATABASE_LOCKED', 'Others changed the same rows at the same time.'],
  '53100': ['DATABASE_FULL', 'The disk of the database is full.'],
  '53200': [UNAVAILABLE, 'The database is out of memory.'],
  '53300': [UNAVAILABLE, 'All connections of the database are taken.'],
  '53': [UNAVAILABLE, 'The database is out of resources.'],
  '55P03': ['DATABASE_LOCKED', 'Somebody else holds a lock in the database that this has to wait for.'],
  '57014': ['TIMEOUT', 'The database took too long.'],
  '57P03': [UNAVAILABLE, 'The database is starting.'],
  '57': [UNAVAILABLE, 'The database is shutting down, or was told to drop this connection.'],
  '58': [UNAVAILABLE, 'The database cannot read or write its files.'],
};

/** Why the database failed; undefined where an error is something else. */
export function troubleOf(error: unknown): Trouble | undefined {
  const state = sqlStateOf(error);
  const [code, reason] = TROUBLES[state] ?? TROUBLES[state.slice(0, 2)] ?? [];
  if (code && reason) return { code, reason, isUnanswered: false };
  if (isTimeout(error)) {
    return { code: 'TIMEOUT', reason: 'The database did not answer in time.', isUnanswered: true };
  }
  if (!isDatabaseDown(error)) return undefined;
  return {
    code: UNAVAILABLE,
    reason: 'The database does not answer at the moment.',
    isUnanswered: wasConnected(error),
  };
}

/** Whether an error may have come after the statement was sent, rather than while a connection was opened. */
function wasConnected(error: unknown): boolean {
  const { message, code = '', syscall = '' } = error as Error & { code?: string; syscall?: string };
  if (
    /^(timeout exceeded when|timeout expired|Connection terminated due to connection timeout)/.test(message)
  )
    return false;
  return (
    syscall !== 'connect' && syscall !== 'getaddrinfo' && code !== 'ECONNREFUSED' && !code.startsWith('08')
  );
}

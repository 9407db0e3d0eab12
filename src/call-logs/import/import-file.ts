import { Client } from 'pg';
import { explainDatabaseError } from '../../database/explain-error.js';
import { OperatorError } from '../../operator-error.js';
import { importRows, type FileImport, type RowCounts } from './import-rows.js';

/**
 * Imports one file in one transaction of its own connection: whatever ends it early leaves nothing.
 *
 * @throws OperatorError in one sentence, that says why nothing was loaded
 */
export async function importFile(url: string, job: FileImport): Promise<RowCounts> {
  const client = new Client({
    connectionString: url,
    application_name: 'llm-call-log import',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // told by the statement that it fails
  // An import that waits for its input would not notice by itself that it has no database any more.
  const lost = new AbortController();
  client.once('end', () => {
    lost.abort();
  });
  const disconnect = () => void client.end();
  job.signal.addEventListener('abort', disconnect);
  let step: 'connecting' | 'loading' | 'committing' = 'connecting';
  try {
    await client.connect();
    // The role's own limits are meant for queries; an import takes as long as its file.
    await client.query(
      "SET timezone = 'UTC'; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0",
    );
    await client.query('BEGIN');
    step = 'loading';
    const counts = await importRows(client, { ...job, signal: AbortSignal.any([job.signal, lost.signal]) });
    if (job.allOrNothing && counts.rejected > 0) {
      throw new OperatorError(
        `Nothing of ${job.source.name} was loaded: ${counts.rejected} bad rows are in ${job.rejects.path}.`,
      );
    }
    step = 'committing';
    await client.query('COMMIT');
    return counts;
  } catch (error) {
    throw explain(error, step, job, lost.signal.aborted);
  } finally {
    job.signal.removeEventListener('abort', disconnect);
    await client.end();
    await job.rejects.close();
  }
}

function explain(error: unknown, step: string, job: FileImport, isLost: boolean): unknown {
  const { name } = job.source;
  if (step === 'connecting') return explainDatabaseError(error);
  if (error instanceof OperatorError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (step === 'committing' && isLost) {
    return new OperatorError(
      `The connection was lost while ${name} was committed: check whether its rows are there before you import it again.`,
    );
  }
  if (job.signal.aborted) return new OperatorError(`Interrupted; nothing of ${name} was loaded.`);
  if (isLost)
    return new OperatorError(`Nothing of ${name} was loaded: the connection to the database was lost.`);
  if (code === undefined) return error; // a mistake of this program: its stack is wanted
  return new OperatorError(`Nothing of ${name} was loaded: ${message}.`);
}

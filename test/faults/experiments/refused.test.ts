import { execFile } from 'node:child_process';
import { chown, mkdtemp, open, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { experiment, LONG_ENOUGH_MS, type Lab } from '../harness/experiment.js';
import type { FaultDatabase } from '../harness/fault-database.js';

/* PostgreSQL answers, and refuses. The client is told why, by a code and a sentence of that reason. */

/** SQLSTATEs, and what the sentence has to say where it can say something of use. */
const STATES: Record<string, RegExp> = {
  '25006': /read-only/i,
  '26000': /./,
  '28P01': /password|log ?in/i,
  '40001': /./,
  '42P05': /./,
  '53000': /./,
  '53100': /disk|space/i,
  '53200': /memory/i,
  '53300': /connections/i,
  '53400': /./,
  '55P03': /lock|hold|held|wait/i,
  '57000': /./,
  '57014': /./,
  '57P01': /./,
  '57P02': /./,
  '57P03': /./,
};

/** Lets every INSERT fail by the SQLSTATE that stands in a table, once one stands there. */
async function plantTrigger({ direct, role }: FaultDatabase): Promise<undefined> {
  await direct.query(`
    CREATE TABLE planted_fault (state text NOT NULL);
    GRANT SELECT ON planted_fault TO ${role};
    CREATE FUNCTION fail_as_planted() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE planted text;
    BEGIN
      SELECT state INTO planted FROM planted_fault;
      IF planted IS NOT NULL THEN RAISE EXCEPTION 'a planted fault' USING ERRCODE = planted; END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER fail_as_planted BEFORE INSERT ON llm_call_logs
      FOR EACH STATEMENT EXECUTE FUNCTION fail_as_planted()`);
}

/** Demands that those who were refused were told why. */
function saysWhy({ load, demand }: Lab, why: RegExp): void {
  const sentences = Object.values(load.sentences).flat();
  demand(sentences.length > 0, 'Nobody was refused.');
  demand(
    sentences.some((sentence) => why.test(sentence)),
    `No sentence says why (${why.source}): ${sentences.join(' ')}`,
  );
}

for (const [state, why] of Object.entries(STATES)) {
  experiment(
    `every insertion fails by SQLSTATE ${state}`,
    { inShort: state === '53100', prepare: plantTrigger },
    async (lab) => {
      const { direct } = lab.database;
      await direct.query('INSERT INTO planted_fault VALUES ($1)', [state]);
      const unanswered = await lab.load.answered(2, LONG_ENOUGH_MS);
      await lab.last(lab.inShort(0, 5_000));
      await direct.query('DELETE FROM planted_fault');
      lab.demand(unanswered.length === 0, `${unanswered.join(', ')} waited without an answer.`);
      saysWhy(lab, why);
    },
  );
}

/** Ends the connections that were opened before a setting was changed. */
async function newSessions({ direct, role }: FaultDatabase): Promise<void> {
  await direct.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);
}

/** Changes a setting of new sessions, and sets it back. */
async function changing(lab: Lab, change: string, back: string): Promise<void> {
  const { direct } = lab.database;
  await direct.query(change);
  await newSessions(lab.database);
  const unanswered = await lab.load.answered(2, LONG_ENOUGH_MS);
  await lab.last(lab.inShort(0, 5_000));
  await direct.query(back);
  await newSessions(lab.database);
  lab.demand(unanswered.length === 0, `${unanswered.join(', ')} waited without an answer.`);
}

experiment('the database is read-only', {}, async (lab) => {
  const { role } = lab.database;
  await changing(
    lab,
    `ALTER ROLE ${role} SET default_transaction_read_only = on`,
    `ALTER ROLE ${role} RESET default_transaction_read_only`,
  );
  saysWhy(lab, /read-only/i);
});

experiment('the database has no connection left', {}, async (lab) => {
  const { role } = lab.database;
  await changing(lab, `ALTER ROLE ${role} CONNECTION LIMIT 0`, `ALTER ROLE ${role} CONNECTION LIMIT -1`);
  saysWhy(lab, /connections/i);
});

experiment("the password of the server's role was changed", {}, async (lab) => {
  const { role, urlBy } = lab.database;
  const { password } = new URL(urlBy(0));
  await changing(lab, `ALTER ROLE ${role} PASSWORD 'another'`, `ALTER ROLE ${role} PASSWORD '${password}'`);
  saysWhy(lab, /password|log ?in/i);
});

const run = promisify(execFile);
let disk = '';

/** Moves the log onto a disk of 32 MB, in memory. */
async function moveToSmallDisk({ direct, name }: FaultDatabase): Promise<() => Promise<void>> {
  const { rows } = await direct.query<{ folder: string }>(
    `SELECT current_setting('data_directory') AS folder`,
  );
  const { uid, gid } = await stat(rows[0]?.folder ?? '');
  disk = await mkdtemp(join(tmpdir(), 'small-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]);
  await chown(disk, uid, gid);
  await direct.query(`CREATE TABLESPACE ${name}_small LOCATION '${disk}'`);
  await direct.query(`ALTER TABLE llm_call_logs SET TABLESPACE ${name}_small`);
  return async () => {
    await run('umount', ['--lazy', disk]);
    await rmdir(disk);
  };
}

experiment(
  'the disk is full',
  { postgres: 'own', prepare: moveToSmallDisk, isPossible: process.getuid?.() === 0 },
  async (lab) => {
    await fill(join(disk, 'filler'));
    const unanswered = await lab.load.answered(10, LONG_ENOUGH_MS);
    await lab.last(10_000);
    await rm(join(disk, 'filler'));
    lab.demand(unanswered.length === 0, `${unanswered.join(', ')} waited without an answer.`);
    saysWhy(lab, /disk|space/i);
    lab.demand(
      /disk|space/i.test(lab.server.running.stdout()),
      "The server's log does not say that the disk is full.",
    );
  },
);

/** Writes until there is no room left, to the byte. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (;;) await file.write(Buffer.alloc(4096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}

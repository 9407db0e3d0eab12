import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
// Jest resolves no TypeScript for its global set-up, so this takes what `pretest` has built.
import { openDatabase } from '../../dist/src/database/database.js';
import { useEmbeddedPostgres } from '../../dist/src/database/embedded.js';
import { migrate } from '../../dist/src/database/migrate.js';

/** One PostgreSQL for the whole run, with a migrated database that every test file clones. */
export default async function startPostgres() {
  const dataDir = await mkdtemp(join(tmpdir(), 'llm-call-log-test-'));
  const postgres = await useEmbeddedPostgres(dataDir, 'server');
  const template = await openDatabase(postgres.url, 2);
  await migrate(template);
  await template.close();
  globalThis.testPostgres = { ...postgres, dataDir };
  process.env['TEST_POSTGRES_URL'] = postgres.url;
}

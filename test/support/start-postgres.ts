import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { openDatabase } from '../../src/database/database.js';
import { useEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded.js';
import { migrate } from '../../src/database/migrate.js';

declare global {
  var testPostgres: EmbeddedPostgres & { dataDir: string };
}

/** One PostgreSQL for the whole run, with a migrated database that every test file clones. */
export default async function startPostgres(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'llm-call-log-test-'));
  const postgres = await useEmbeddedPostgres(dataDir, 'server');
  const template = await openDatabase(postgres.url, 2);
  await migrate(template);
  await template.close();
  globalThis.testPostgres = { ...postgres, dataDir };
  process.env['TEST_POSTGRES_URL'] = postgres.url;
}

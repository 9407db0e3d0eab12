import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
// Jest resolves no TypeScript for its global set-up, so this takes what `pretest` has built.
import { unlimitedCaller } from '../../dist/src/access/caller.js';
import { createAccessToken } from '../../dist/src/access/create-access-token.js';
import { SCOPES } from '../../dist/src/access/scope.js';
import { openDatabase } from '../../dist/src/database/database.js';
import { useEmbeddedPostgres } from '../../dist/src/database/embedded.js';
import { migrate } from '../../dist/src/database/migrating/migrate.js';
import { entities } from '../../dist/src/entities.js';
import { packagedChromium } from './packaged-chromium.js';

/**
 * One PostgreSQL for the whole run, with a migrated database that every test file clones: it holds a token of all
 * scopes. And one provider that takes any key, and one browser to launch.
 */
export default async function startPostgres() {
  // All that the run writes goes into one folder: the browser unpacks itself to a fixed name, which another
  // user's run may have taken.
  const folder = await mkdtemp(join(tmpdir(), 'llm-call-log-test-'));
  await chmod(folder, 0o711);
  process.env['TMPDIR'] = folder;
  const unpacked = packagedChromium();
  const postgres = await useEmbeddedPostgres(join(folder, 'data'), 'server');
  const template = await openDatabase(postgres.url, entities, 2);
  await migrate(template);
  const asked = { name: 'tests', scopes: SCOPES };
  const { secret } = await createAccessToken(template.orm.em.fork(), unlimitedCaller('tests'), asked);
  await template.close();
  const provider = createServer((_, response) => response.end('{"data":[]}')).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  await unpacked;
  globalThis.testRun = { postgres, provider, folder };
  process.env['TEST_PROVIDER_URL'] = `http://127.0.0.1:${provider.address().port}/v1`;
  process.env['TEST_POSTGRES_URL'] = postgres.url;
  process.env['TEST_TOKEN'] = secret;
}

import { rm } from 'node:fs/promises';

export default async function stopPostgres() {
  const { postgres, provider, folder } = globalThis.testRun;
  provider.close();
  provider.closeAllConnections();
  await postgres.release();
  await rm(folder, { recursive: true, force: true });
}

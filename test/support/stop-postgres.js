import { rm } from 'node:fs/promises';

export default async function stopPostgres() {
  await globalThis.testPostgres.release();
  await rm(globalThis.testPostgres.dataDir, { recursive: true, force: true });
}

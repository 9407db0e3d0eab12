import { rm } from 'node:fs/promises';

export default async function stopPostgres() {
  const { postgres, folder } = globalThis.testRun;
  await postgres.release();
  await rm(folder, { recursive: true, force: true });
}

import { beforeEach } from '@jest/globals';
import { sql } from 'kysely';
import { useTestServer } from '../support/server.js';

export const CONFIG = 'id apiKeyHint apiKeyFingerprint updatedAt';
export const AUDIT = 'rotations { id rotatedAt rotatedBy previousFingerprint newFingerprint reason }';

export const ROTATE = `mutation ($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) {
    __typename
    ... on ApiKeyRotated { config { ${CONFIG} ${AUDIT} } }
    ... on StaleApiKey { message inUse: config { ${CONFIG} ${AUDIT} } }
    ... on ApiKeyRejected { message }
  }
}`;

interface StoredConfig {
  id: number;
  api_key: string;
  updated_at: string | null;
}

/** A server that stores no key before each test, and ways to rotate keys and to see what became of them. */
export function useRotationServer() {
  const server = useTestServer();
  beforeEach(async () => {
    await sql`TRUNCATE llm_configs, llm_key_rotations RESTART IDENTITY`.execute(server.database.sql);
  });

  async function rotate(newApiKey: string, rest: Record<string, unknown> = {}) {
    return (await server.query(ROTATE, { input: { newApiKey, ...rest } })).rotateApiKey;
  }

  async function llmConfig() {
    return (await server.query(`{ llmConfig { ${CONFIG} ${AUDIT} } }`)).llmConfig;
  }

  async function storedConfigs(): Promise<StoredConfig[]> {
    const { rows } = await sql<StoredConfig>`
      SELECT id, api_key, updated_at::text FROM llm_configs ORDER BY id`.execute(server.database.sql);
    return rows;
  }

  async function storedRotations() {
    const { rows } = await sql<{
      id: string;
      previous_fingerprint: string | null;
      new_fingerprint: string;
    }>`SELECT * FROM llm_key_rotations ORDER BY id`.execute(server.database.sql);
    return rows;
  }

  async function openAIApiKey() {
    return (await server.query('{ openAIApiKey }')).openAIApiKey;
  }

  return { server, rotate, llmConfig, openAIApiKey, storedConfigs, storedRotations };
}

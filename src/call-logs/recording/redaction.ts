import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { Database } from '../../database/database.js';
import { createKeyServices, type KeyConfig } from '../../keys/key-context.js';
import { loadKeyEncryptionKeys, type KeyFileConfig } from '../../keys/key-encryption-keys.js';
import type { KeyFingerprints } from '../../keys/key-fingerprints.js';
import { loadSecrets } from '../../keys/server-secrets.js';
import { Redactor, type Redaction, type RedactionConfig } from '../../redaction/redactor.js';
import type { RecordingContext } from './recording-context.js';

/** Replaces and counts the secrets of one request; to be made once for it. */
export function redactionOf({ redactor }: RecordingContext): Redaction | undefined {
  return redactor?.begin();
}

/** Tells in `extensions.redacted` how many secrets were replaced in the calls that a request recorded. */
export function reportRedactions(): ApolloServerPlugin<RecordingContext> {
  const listener: GraphQLRequestListener<RecordingContext> = {
    willSendResponse({ response, contextValue }) {
      const redacted = contextValue.once(redactionOf)?.replaced ?? 0;
      if (redacted > 0 && response.body.kind === 'single') {
        const { singleResult } = response.body;
        singleResult.extensions = { ...singleResult.extensions, redacted };
      }
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

/** What redacts, as it is configured. */
export function createRedactor(
  known: KeyFingerprints,
  { redactPatterns }: RedactionConfig,
): Redactor | undefined {
  return redactPatterns && new Redactor(known, redactPatterns);
}

/** What the environment says that concerns redaction. */
export type OpenRedactorConfig = RedactionConfig & KeyConfig & KeyFileConfig;

/** What redacts in a command, which knows the provider keys that there are now. */
export async function openRedactor(
  database: Database,
  config: OpenRedactorConfig,
): Promise<Redactor | undefined> {
  const keyEncryptionKeys = await loadKeyEncryptionKeys(config);
  const { fingerprint } = await loadSecrets(database);
  const { keyVault, keyFingerprints } = createKeyServices({ ...config, keyEncryptionKeys }, fingerprint);
  await keyFingerprints.refresh(database, keyVault);
  return createRedactor(keyFingerprints, config);
}

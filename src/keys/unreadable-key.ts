import { GraphQLError } from 'graphql';
import { withCode } from '../graphql/errors.js';

/** A stored provider key cannot be decrypted here; the message says why and how to go on, never with key material. */
export class UnreadableKey extends GraphQLError {
  override name = 'UnreadableKey';

  /** @param keyEncryptionKeyId which key would open it, where that can be told */
  constructor(why: string, keyEncryptionKeyId: string | null) {
    super(`The stored provider key cannot be read: ${why} Or rotate to a new provider key.`, {
      extensions: withCode('API_KEY_UNREADABLE', { keyEncryptionKeyId }),
    });
  }
}

import { GraphQLError } from 'graphql';
import { withCode } from '../graphql/errors.js';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyEncryptionKey } from './key-encryption-keys.js';

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

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const MARK = 'llm-call-log:';
const ENVELOPE = /^(llm-call-log:v1:([\w-]{1,20})):([\w-]{16}):([\w-]{22,})$/;
const END_OF_ENVELOPE = /:[\w-]{16}:[\w-]{22,}$/;

/**
 * Whether a text is an envelope, or what is left of a damaged one, and not a key in the clear. Either end of an
 * envelope tells, so that damage to the other does not make its text pass for a key.
 */
export function looksSealed(text: string): boolean {
  return text.startsWith(MARK) || END_OF_ENVELOPE.test(text);
}

/** The id of the key that an envelope was sealed with; undefined for any other text. */
export function sealedWith(text: string): string | undefined {
  return ENVELOPE.exec(text)?.[2];
}

/**
 * Encrypts a text with AES-256-GCM into `llm-call-log:v1:<id of the key>:<nonce>:<ciphertext and tag>`, in base64url.
 *
 * @param place where the envelope is to be kept; it opens nowhere else
 */
export function seal(text: string, place: string, { id, secret }: KeyEncryptionKey): string {
  const header = `${MARK}v1:${id}`;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, secret, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(header, place));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return [header, nonce.toString('base64url'), sealed.toString('base64url')].join(':');
}

/**
 * Decrypts an envelope.
 *
 * @throws UnreadableKey when its key is not among those given, or when text, place or key is not the one it was made with
 */
export function open(envelope: string, place: string, keys: readonly KeyEncryptionKey[]): string {
  const [, header = '', id = null, nonceText = '', sealedText = ''] = ENVELOPE.exec(envelope) ?? [];
  const nonce = Buffer.from(nonceText, 'base64url');
  const sealed = Buffer.from(sealedText, 'base64url');
  // The last character of base64 has bits that decoding drops: only one way to write the bytes is right.
  if (
    id === null ||
    nonce.toString('base64url') !== nonceText ||
    sealed.toString('base64url') !== sealedText
  ) {
    throw new UnreadableKey('it is damaged. Restore its row of llm_configs from a backup.', id);
  }
  const key = keys.find((candidate) => candidate.id === id);
  if (!key) {
    throw new UnreadableKey(
      `it is encrypted with the key-encryption key ${id}, which this server does not have. Add that to KEY_ENCRYPTION_KEYS and restart.`,
      id,
    );
  }
  try {
    const decipher = createDecipheriv(ALGORITHM, key.secret, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(header, place));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    );
  } catch {
    throw new UnreadableKey(
      `the key-encryption key ${id} of this server does not open it: it is another one of that id, or the row was changed. Put the right one into KEY_ENCRYPTION_KEYS and restart.`,
      id,
    );
  }
}

function associatedData(header: string, place: string): Buffer {
  return Buffer.from(`${header}:${place}`);
}

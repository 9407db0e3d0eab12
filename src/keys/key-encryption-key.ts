import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

/** Encrypts provider keys at rest. Its secret is a KeyObject, which no log and no JSON shows. */
export interface KeyEncryptionKey {
  /** Stands in every envelope that it sealed. */
  id: string;
  secret: KeyObject;
}

/** A list of KEY_ENCRYPTION_KEYS as an environment variable or a file holds it is not one. */
export class BadKeyEncryptionKeys extends Error {
  override name = 'BadKeyEncryptionKeys';
}

const BYTES = 32;
const ID = /^[\w-]{1,20}$/;
const BASE64 = /^[\w+/-]*={0,2}$/;

/**
 * Reads `id:key[,id:key…]`, newest first, where each key is the base64 of 32 bytes.
 *
 * @throws BadKeyEncryptionKeys that says what would be right, by the number of the entry and never by what is in it
 */
export function parseKeyEncryptionKeys(text: string): KeyEncryptionKey[] {
  const keys = text.split(',').map((entry, index) => parseEntry(entry.trim(), `entry ${index + 1}`));
  const twice = keys.findIndex(({ id }, index) => keys.findIndex((other) => other.id === id) < index);
  if (twice >= 0) throw new BadKeyEncryptionKeys(`entry ${twice + 1} has the id of an entry before it`);
  return keys;
}

function parseEntry(entry: string, where: string): KeyEncryptionKey {
  const [, id = '', base64 = ''] = /^([^:]*):(.*)$/s.exec(entry) ?? [];
  if (!ID.test(id)) {
    throw new BadKeyEncryptionKeys(
      `${where} does not begin with an id of 1 to 20 letters, digits, _ and -, and a colon`,
    );
  }
  const bytes = Buffer.from(base64, 'base64');
  if (!BASE64.test(base64) || bytes.length !== BYTES) {
    throw new BadKeyEncryptionKeys(`${where} has no base64 of ${BYTES} bytes behind its colon`);
  }
  return { id, secret: createSecretKey(bytes) };
}

/** A fresh entry for KEY_ENCRYPTION_KEYS; its id tells the day it was made. */
export function generateKeyEncryptionKey(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  return `k${day}-${randomBytes(3).toString('hex')}:${randomBytes(BYTES).toString('base64')}`;
}

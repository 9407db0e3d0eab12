import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseConfig } from '../database/open-configured.js';
import { ensureSecretFile, exists } from '../database/secret-file.js';
import { OperatorError } from '../operator-error.js';

/** How provider keys are stored: encrypted, or in the clear for an older backend that shares the table. */
export const KEY_STORAGES = ['encrypted', 'plaintext'] as const;
export type KeyStorage = (typeof KEY_STORAGES)[number];

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

/** How provider keys are encrypted. */
export interface KeyEncryptionConfig {
  keyStorage: KeyStorage;
  /** What provider keys are encrypted with, newest first; none where it is not set. */
  keyEncryptionKeys: readonly KeyEncryptionKey[];
}

/** Where key-encryption keys come from. */
export type KeyFileConfig = KeyEncryptionConfig & Pick<DatabaseConfig, 'databaseUrl' | 'dataDir'>;

const FILE = 'key-encryption-keys';

/**
 * The key-encryption keys to work with, newest first: those of KEY_ENCRYPTION_KEYS. Beside the embedded database,
 * where the variable is not set, one is made and kept in a file of the data folder; that file's keys go on opening
 * what they sealed when the variable is set later.
 *
 * @throws OperatorError when the file is not what it should be
 */
export async function loadKeyEncryptionKeys({
  databaseUrl,
  dataDir,
  keyStorage,
  keyEncryptionKeys,
}: KeyFileConfig): Promise<readonly KeyEncryptionKey[]> {
  if (databaseUrl !== undefined) return keyEncryptionKeys;
  const path = join(dataDir, FILE);
  const isNeeded = keyStorage === 'encrypted' && keyEncryptionKeys.length === 0;
  if (!isNeeded && !(await exists(path))) return keyEncryptionKeys;
  const kept = parseFile(path, await ensureSecretFile(path, generateKeyEncryptionKey));
  const known = new Set(keyEncryptionKeys.map(({ id }) => id));
  return [...keyEncryptionKeys, ...kept.filter(({ id }) => !known.has(id))];
}

function parseFile(path: string, text: string): KeyEncryptionKey[] {
  try {
    return parseKeyEncryptionKeys(text);
  } catch (error) {
    if (!(error instanceof BadKeyEncryptionKeys)) throw error;
    throw new OperatorError(
      `${path} does not hold key-encryption keys: ${error.message}. Put that file back from a backup; without it, stored provider keys cannot be read.`,
    );
  }
}

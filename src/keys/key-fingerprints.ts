import { sql } from 'kysely';
import type { Database } from '../database/database.js';
import { UnreadableKey } from './envelope.js';
import { fingerprint } from './fingerprint.js';
import type { KeyVault } from './key-vault.js';

/** Shorter keys could be any word of a text. */
const MIN_KEY = 8;

/** Words that were found to be no key, and so need not be hashed again: names of models stand in every call. */
const MAX_REMEMBERED = 1000;
const MAX_REMEMBERED_LENGTH = 64;

/**
 * The provider keys that there are and were, as the keyed hashes of the audit trail: enough to recognise one in a text.
 * Only of those that this server has had in the clear is the length known as well. None is ever forgotten.
 */
export class KeyFingerprints {
  readonly #secret: string;
  readonly #fingerprints = new Set<string>();
  readonly #lengths = new Set<number>();
  readonly #others = new Set<string>();
  #shortest = Infinity;
  #lastRotation = '0';
  #stored = new Map<number, string>();

  /** @param secret keys the fingerprints; the same on all servers of one database */
  constructor(secret: string) {
    this.#secret = secret;
  }

  get isEmpty(): boolean {
    return this.#fingerprints.size === 0;
  }

  get shortest(): number {
    return this.#shortest;
  }

  hasLength(length: number): boolean {
    return this.#lengths.has(length);
  }

  has(word: string): boolean {
    if (this.#others.has(word)) return false;
    if (this.#fingerprints.has(fingerprint(word, this.#secret))) return true;
    if (word.length <= MAX_REMEMBERED_LENGTH) {
      if (this.#others.size >= MAX_REMEMBERED) this.#others.clear();
      this.#others.add(word);
    }
    return false;
  }

  /** Takes a key in that is about to be used: from now on it is recognised. */
  add(apiKey: string): void {
    if (apiKey.length < MIN_KEY) return;
    this.#lengths.add(apiKey.length);
    this.#shortest = Math.min(this.#shortest, apiKey.length);
    this.#addFingerprint(fingerprint(apiKey, this.#secret));
  }

  #addFingerprint(one: string): void {
    if (this.#fingerprints.has(one)) return;
    this.#fingerprints.add(one);
    this.#others.clear();
  }

  /**
   * Takes in what was rotated, or stored by another program, since the last time, and all of it where the database is
   * another one than before, such as a restored one. A key that cannot be read is known
   * by its fingerprint in the audit trail.
   */
  async refresh({ reads }: Database, vault: KeyVault): Promise<void> {
    const rotations = await sql<{ id: string; before: string | null; after: string }>`
      SELECT id, previous_fingerprint AS before, new_fingerprint AS after
      FROM llm_key_rotations
      WHERE id > ${this.#lastRotation} OR (SELECT max(id) FROM llm_key_rotations) < ${this.#lastRotation}
      ORDER BY id`.execute(reads);
    for (const { id, before, after } of rotations.rows) {
      if (before !== null) this.#addFingerprint(before);
      this.#addFingerprint(after);
      this.#lastRotation = id;
    }
    const stored = await sql<{ id: number; apiKey: string }>`
      SELECT id, api_key AS "apiKey" FROM llm_configs`.execute(reads);
    for (const { id, apiKey } of stored.rows) {
      if (apiKey === '' || this.#stored.get(id) === apiKey) continue;
      this.#stored.set(id, apiKey);
      this.#addStored(vault, id, apiKey);
    }
  }

  #addStored(vault: KeyVault, id: number, apiKey: string): void {
    try {
      this.add(vault.open({ id, apiKey }));
    } catch (error) {
      if (!(error instanceof UnreadableKey)) throw error;
    }
  }
}

/** How long it takes at the most until a server knows a key that was put into use elsewhere. */
const INTERVAL_MS = 2_000;

/**
 * Takes in the keys that there are, and goes on doing so every two seconds.
 *
 * @param report is told when that fails; keys known before stay known
 * @returns ends it
 * @throws what the database says, the first time
 */
export async function keepFingerprints(
  database: Database,
  { keyVault, keyFingerprints }: { keyVault: KeyVault; keyFingerprints: KeyFingerprints },
  report: (error: unknown) => void,
): Promise<() => Promise<void>> {
  await keyFingerprints.refresh(database, keyVault);
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= keyFingerprints
      .refresh(database, keyVault)
      .catch(report)
      .finally(() => (running = undefined));
  }, INTERVAL_MS).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

import { GraphQLError } from 'graphql';
import type { CallerContext } from '../access/caller.js';
import { withCode } from '../graphql/errors.js';
import { Turns } from '../graphql/limits/turns.js';
import type { KeyEncryptionConfig } from './key-encryption-keys.js';
import { KeyFingerprints } from './key-fingerprints.js';
import { KeyVault } from './key-vault.js';
import { providerAt, type TryApiKey } from './provider.js';

/** How long a rotation waits for others of this server. */
const MAX_WAIT_MS = 60_000;

/** How provider keys are kept and tried. */
export interface KeyConfig extends KeyEncryptionConfig {
  /** The provider's API, without a slash at the end. */
  providerBaseUrl: string;
}

/** What requests about the provider key work with. */
export interface KeyServices {
  /** Encrypts and decrypts the provider key. */
  keyVault: KeyVault;
  /** Asks the provider whether a key works. */
  tryApiKey: TryApiKey;
  /** Keys the fingerprints of provider keys; the same on all servers of one database. */
  fingerprintSecret: string;
  /** Recognises the key in use and those before it; it is told of every key that is about to be used or handed out. */
  keyFingerprints: KeyFingerprints;
  /** Of rotations. */
  rotationTurns: RotationTurns;
}

/**
 * Turns of a server's rotations, of which one at a time takes a connection: the others would only wait in the database,
 * each on a connection that others need, or longer for a connection than is put up with.
 */
export interface RotationTurns {
  /** To look which key is in use. */
  looking: Turns;
  /** To put another into use. */
  rotating: Turns;
}

export interface KeyContext extends CallerContext, KeyServices {}

export function createKeyServices(config: KeyConfig, fingerprintSecret: string): KeyServices {
  return {
    keyVault: new KeyVault(config.keyStorage, config.keyEncryptionKeys),
    tryApiKey: providerAt(config.providerBaseUrl),
    fingerprintSecret,
    keyFingerprints: new KeyFingerprints(fingerprintSecret),
    rotationTurns: rotationTurns(),
  };
}

export function rotationTurns(): RotationTurns {
  return { looking: oneAtATime(), rotating: oneAtATime() };
}

function oneAtATime(): Turns {
  return new Turns({ total: 1, perCaller: 1, least: 1, patience: MAX_WAIT_MS }, () => {
    const message = 'This waited too long for other rotations, and nothing was changed. Try again.';
    return new GraphQLError(message, { extensions: withCode('OVERLOADED') });
  });
}

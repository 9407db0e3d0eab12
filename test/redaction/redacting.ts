import { KeyFingerprints } from '../../src/keys/key-fingerprints.js';
import { parseOwnPatterns } from '../../src/redaction/own-patterns.js';
import { Redactor } from '../../src/redaction/redactor.js';

/** Redacts with these keys known, and patterns of one's own. */
export function redactorOf(keys: readonly string[] = [], patterns = ''): Redactor {
  const known = new KeyFingerprints('the secret of a test');
  for (const key of keys) known.add(key);
  return new Redactor(known, parseOwnPatterns(patterns));
}

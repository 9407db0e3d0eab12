/** What every marker begins with. */
export const MARKER_START = '[redacted: ';

/** Splits a text at its markers. */
export const MARKERS = /(\[redacted: [^\]]*\])/;

/** What stands in place of a secret whose marker would be too long. */
export const SHORT_MARKER = '[redacted]';

/**
 * What stands in place of a secret: `[redacted: openai key …a1b2]`.
 *
 * @param kind such as `openai key`
 * @param hint the end of the secret, or none
 */
export function marker(kind: string, hint: string): string {
  return `${MARKER_START}${kind}${hint === '' ? '' : ` …${hint}`}]`;
}

/** The end of a key as a reminder of which it is: the last four characters, never more than a quarter of it. */
export function endOfKey(key: string): string {
  const characters = Array.from(key);
  const shown = Math.min(4, Math.floor(characters.length / 4));
  return characters.slice(characters.length - shown).join('');
}

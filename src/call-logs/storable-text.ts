const REPLACEMENT = '\uFFFD';

/** Text as PostgreSQL can store it: NUL characters and lone surrogates become U+FFFD, all else stays. */
export function storableText(text: string): string {
  return text.replaceAll('\0', REPLACEMENT).toWellFormed();
}

/**
 * JSON text that PostgreSQL can store as JSONB, with the same replacements inside strings and keys.
 *
 * @throws RangeError when the value is nested too deeply to be written out
 */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify writes only NUL and lone surrogates in these two ways. A pair of backslashes is consumed
  // as a pair, so that an escaped backslash before "u0000" is left alone.
  if (!/\\u(?:0000|d)/.test(text)) return text;
  return text.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
    escape === '\\u0000' || escape.startsWith('\\ud') ? REPLACEMENT : escape,
  );
}

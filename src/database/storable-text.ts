const REPLACEMENT = '\uFFFD';

/** Levels of arrays and objects in JSON. Far more than messages have; far deeper, searching them would take seconds. */
const MAX_NESTING = 200;

/** Text as PostgreSQL can store it: NUL characters and lone surrogates become U+FFFD, all else stays. */
export function storableText(text: string): string {
  return text.replaceAll('\0', REPLACEMENT).toWellFormed();
}

/**
 * JSON text that PostgreSQL can store as JSONB, with the same replacements inside strings and keys.
 *
 * @throws RangeError that tells, as the rest of a sentence, why the value cannot be stored
 */
export function storableJson(value: unknown): string {
  refuseUnstorable(value, MAX_NESTING);
  const text = JSON.stringify(value);
  // JSON.stringify writes only NUL and lone surrogates in these two ways. A pair of backslashes is consumed
  // as a pair, so that an escaped backslash before "u0000" is left alone.
  if (!/\\u(?:0000|d)/.test(text)) return text;
  return text.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
    escape === '\\u0000' || escape.startsWith('\\ud') ? REPLACEMENT : escape,
  );
}

function refuseUnstorable(value: unknown, levels: number): void {
  // 1e400 is JSON, and no number of ours: it would come back as null.
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError('holds a number beyond 1.8e308; write it as a string.');
  }
  if (value === null || typeof value !== 'object') return;
  if (levels === 0) throw new RangeError(`is nested more than ${MAX_NESTING} levels deep.`);
  for (const member of Array.isArray(value) ? value : Object.values(value))
    refuseUnstorable(member, levels - 1);
}

import { findNamedSecret } from './named-secrets.js';
import { findProviderKeys, providerKeyAtStart } from './provider-keys.js';
import { looksLikeKey } from './secret-names.js';
import type { Secret } from './secret.js';

/** Keys that are known by a keyed hash alone, and looked for in every text. */
export interface KnownKeys {
  /** Whether a word is one of them. */
  has(word: string): boolean;
  /** Whether a word is one of these lengths, which then may be one of them whatever it looks like. */
  hasLength(length: number): boolean;
  /** The shortest of these lengths; Infinity where there are none. */
  readonly shortest: number;
  /** Whether there is none. */
  readonly isEmpty: boolean;
}

/** Shorter ones are no key, unless one of that length is known. */
const MIN_KEY = 16;
/** Longer ones are data, but for what they may begin with. */
const MAX_RUN = 2048;
/** No key is longer that is known by its hash and not by its length. */
const MAX_WORD = 256;

/** What keys are made of; a stretch of these characters is called a run. */
const IN_RUN = new Uint8Array(128);
for (let code = 0; code < 128; code++) IN_RUN[code] = /[\w.+/~-]/.test(String.fromCharCode(code)) ? 1 : 0;

function isInRun(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 && IN_RUN[code] === 1;
}

/**
 * Finds the secrets in a text, or in JSON as it is written.
 *
 * It takes time proportional to the length, whatever the text.
 *
 * @param isJson whether the text is JSON: then a secret never reaches over the end of a string
 * @returns those found, in their order, none within another
 */
export function findSecrets(text: string, known: KnownKeys, isJson: boolean): Secret[] {
  const announced = findAnnounced(text, isJson);
  const drawn = findDrawn(text, known, announced);
  if (drawn.length === 0) return announced;
  return [...announced, ...drawn].sort((one, other) => one.start - other.start);
}

/** Secrets that something before them tells of: a name, or the first line of a private key. */
function findAnnounced(text: string, isJson: boolean): Secret[] {
  const found: Secret[] = [];
  let colon = placeOf(text, ':', 0);
  let equals = placeOf(text, '=', 0);
  let privateKey = placeOf(text, '-----BEGIN', 0);
  for (let at = 0; ;) {
    if (colon < at) colon = placeOf(text, ':', at);
    if (equals < at) equals = placeOf(text, '=', at);
    if (privateKey < at) privateKey = placeOf(text, '-----BEGIN', at);
    const name = Math.min(colon, equals);
    if (privateKey < name) at = findPrivateKey(text, privateKey, found);
    else if (name === Infinity) return found;
    else at = findNamedSecret(text, name, isJson, found);
  }
}

function placeOf(text: string, sign: string, from: number): number {
  const at = text.indexOf(sign, from);
  return at < 0 ? Infinity : at;
}

/**
 * Secrets that tell by their own look, or by a hash of them.
 *
 * Of a run that is long enough, every sixteenth character is looked at, and most of a text not at all: where that is
 * in no run, or the run begins behind it, the next one is sixteen further.
 *
 * @param except where nothing is looked for
 */
function findDrawn(text: string, known: KnownKeys, except: readonly Secret[]): Secret[] {
  const found: Secret[] = [];
  const shortest = Math.min(MIN_KEY, known.shortest);
  let next = 0;
  let start = 0;
  for (let last = shortest - 1; last < text.length; last = start + shortest - 1) {
    let at = last;
    while (at >= start && isInRun(text, at)) at--;
    if (at >= start) {
      start = at + 1;
      continue;
    }
    let end = last + 1;
    while (end < text.length && isInRun(text, end)) end++;
    while ((except[next]?.end ?? Infinity) <= start) next++;
    const taken = except[next];
    if (taken && taken.start < end) {
      findInRun(text, start, taken.start, known, found);
      start = taken.end;
    } else {
      findInRun(text, start, end, known, found);
      start = end + 1;
    }
  }
  return found;
}

/** Where a run begins in truth: the rest of an escape such as `\n` or `%20` is no part of it. */
function afterEscape(text: string, start: number): number {
  const before = text[start - 1];
  const rest = text.slice(start, start + 5);
  if (before === '%') return /^[0-9a-f]{2}/i.test(rest) ? start + 2 : start;
  if (before !== '\\') return start;
  if (/^u[0-9a-f]{4}/i.test(rest)) return start + 5;
  return /^[nrtbf]/.test(rest) ? start + 1 : start;
}

const PRIVATE_KEY = /-----BEGIN ?(?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const IN_PRIVATE_KEY = /[^"'`<>{}()-]*/y;

/** A private key in PEM, to its end or as far as it is there. @returns where to go on */
function findPrivateKey(text: string, start: number, found: Secret[]): number {
  PRIVATE_KEY.lastIndex = start;
  if (!PRIVATE_KEY.test(text)) return start + 1;
  let end = PRIVATE_KEY.lastIndex;
  // Up to the next dashes, which may be those of a name such as Proc-Type before they are those of the end.
  for (;;) {
    IN_PRIVATE_KEY.lastIndex = end;
    IN_PRIVATE_KEY.test(text);
    end = IN_PRIVATE_KEY.lastIndex;
    const last = /^-----END [A-Z0-9 ]{1,60}-----/.exec(text.slice(end, end + 80));
    if (last) end += last[0].length;
    if (last || text[end] !== '-' || text.startsWith('-----', end)) break;
    end++;
  }
  // A backslash belongs to the quote behind it.
  while (text[end - 1] === '\\') end--;
  found.push({ start, end, kind: 'private key' });
  return end;
}

/** Looks closely at a run. */
function findInRun(text: string, from: number, end: number, known: KnownKeys, found: Secret[]): void {
  const start = afterEscape(text, from);
  if (end - start < Math.min(MIN_KEY, known.shortest) || text.startsWith('base64,', start - 7)) return;
  const run = text.slice(start, end);
  const isData = run.length > MAX_RUN;
  const first = isData ? providerKeyAtStart(run) : undefined;
  const keys = first ? [first] : isData ? [] : findProviderKeys(run);
  for (const key of keys) found.push({ ...key, start: start + key.start, end: start + key.end });
  if (isData || keys.length > 0) return;
  if (/\b(?:bearer|basic) $/i.test(text.slice(Math.max(0, start - 8), start)) && looksLikeKey(run)) {
    found.push({ start, end, kind: 'authorization' });
  } else if (!known.isEmpty) findKnown(text, start, run, known, found);
}

/** What providers number their answers with. */
const ID =
  /^(?:chatcmpl|cmpl|resp|msg|call|toolu|srvtoolu|req|run|thread|asst|file|batch|fp|rs|fc|gen|vs)[-_]/;

/** Finds words that are known keys: whole, or between dots, slashes and the like. */
function findKnown(text: string, start: number, run: string, known: KnownKeys, found: Secret[]): void {
  const mayBeKey = (word: string) =>
    known.hasLength(word.length) ||
    (word.length >= MIN_KEY && word.length <= MAX_WORD && looksLikeKey(word) && !ID.test(word));
  const isKnown = (word: string) => mayBeKey(word) && known.has(word);
  const padding = /^=*/.exec(text.slice(start + run.length, start + run.length + 2))?.[0] ?? '';
  for (const whole of padding === '' ? [run] : [run + padding, run]) {
    if (!isKnown(whole)) continue;
    found.push({ start, end: start + whole.length, kind: KNOWN });
    return;
  }
  if (/^[\w-]*$/.test(run) || isBase64(run)) return;
  for (const { index, 0: part } of run.matchAll(/[\w.-]+/g)) {
    const dotted = part.replace(/^\.+|\.+$/g, '');
    const from = index + part.indexOf(dotted);
    const words = isKnown(dotted) ? [{ index: 0, 0: dotted }] : dotted.matchAll(/[\w-]+/g);
    for (const { index: offset, 0: word } of words) {
      if (!isKnown(word)) continue;
      found.push({ start: start + from + offset, end: start + from + offset + word.length, kind: KNOWN });
    }
  }
}

const KNOWN = 'provider key';

/** Data in base64 rather than a path. */
function isBase64(run: string): boolean {
  return run.length >= 64 && /^[A-Za-z0-9+/]*$/.test(run) && /\d/.test(run) && /[A-Z]/.test(run);
}

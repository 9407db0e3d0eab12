import { MARKER_START, SHORT_MARKER } from './marker.js';
import { findProviderKeys, wholeProviderKey } from './provider-keys.js';
import { headerBefore, PASSWORD, secretNamedAt, type NamedSecret } from './secret-names.js';
import type { Secret } from './secret.js';

const [SPACE, TAB, LINE_FEED, CARRIAGE_RETURN] = [0x20, 0x09, 0x0a, 0x0d];
const [QUOTE, APOSTROPHE, BACKTICK] = [0x22, 0x27, 0x60];
const [COLON, SLASH, BACKSLASH] = [0x3a, 0x2f, 0x5c];

const isBlank = (code: number) => code === SPACE || code === TAB;
const isQuote = (code: number) => code === QUOTE || code === APOSTROPHE || code === BACKTICK;

/**
 * Finds the secret that a name announces: `"api_key": "…"`, `password=…`, `Authorization: Bearer …`, the value of such a
 * header in a list, and the user of a URL. JSON that stands escaped inside of a string is read as JSON is.
 *
 * @param at the place of a colon or an equals sign
 * @param isJson whether the text is JSON, whose own strings no secret reaches out of
 * @param found the secret is added to it
 * @returns where to go on
 */
export function findNamedSecret(text: string, at: number, isJson: boolean, found: Secret[]): number {
  const next = text.charCodeAt(at + 1);
  if ((next === SLASH || next === BACKSLASH) && text.charCodeAt(at) === COLON) {
    const authority = afterSlashes(text, at + 1);
    if (authority !== undefined) return findUserInfo(text, authority, found);
  }
  if (!mayEndName(text.charCodeAt(at - 1))) return at + 1;
  let nameEnd = at;
  while (isBlank(text.charCodeAt(nameEnd - 1))) nameEnd--;
  const quote = nameEnd - 1;
  const isQuoted = isQuote(text.charCodeAt(quote));
  if (isQuoted) nameEnd = beforeBackslashes(text, quote);
  const named = secretNamedAt(text, nameEnd) ?? (isQuoted ? headerBefore(text, nameEnd) : undefined);
  if (!named) return at + 1;
  const from = afterBlanks(
    text,
    at + 1 + (/^(?::=|=>|[=:])/.exec(text.slice(at + 1, at + 3))?.[0].length ?? 0),
  );
  const isInside = isJson && !(isQuoted && isOfJson(text, quote));
  if (isQuoted && text[from] === '[') return findInList(text, from + 1, isInside, named, found);
  const quoted = isQuoted || !isInQuotes(text, nameEnd, from) ? quotedAt(text, from, isInside) : undefined;
  if (quoted) return take(text, quoted, named, found);
  // What stands bare behind a name in quotes is a number of JSON, or the like.
  return isQuoted ? at + 1 : findBare(text, from, named, found);
}

/** Whether a quote closes what the name and its sign stand in, as in `password:`. */
function isInQuotes(text: string, nameEnd: number, quote: number): boolean {
  const [before = ''] = /.?[\w-]*$/.exec(text.slice(Math.max(0, nameEnd - 48), nameEnd)) ?? [];
  return isQuote(text.charCodeAt(quote)) && before.startsWith(text[quote] ?? '');
}

/** Whether a quote is JSON's own, and no character of a string. */
function isOfJson(text: string, quote: number): boolean {
  return text.charCodeAt(quote) === QUOTE && (quote - beforeBackslashes(text, quote)) % 2 === 0;
}

/** The last letters of names, and what may stand between one and its colon. */
const ENDS = new Uint8Array(128);
for (const one of 'yntdsegYNTDSEG"\'` \t') ENDS[one.charCodeAt(0)] = 1;
const mayEndName = (code: number) => code < 128 && ENDS[code] === 1;

/** A value in a text. */
interface Value {
  start: number;
  end: number;
  /** Where what encloses it ends. */
  after: number;
}

function take(text: string, { start, end, after }: Value, named: NamedSecret, found: Secret[]): number {
  const from = named.kind === 'authorization' ? afterScheme(text, start, end) : start;
  const value = text.slice(from, end);
  if (isNothing(value)) return after;
  // Then it is looked through like any other text.
  if (!named.accepts(value)) return start;
  found.push({ start: from, end, kind: kindOf(value, named) });
  return after;
}

function kindOf(value: string, named: NamedSecret): string {
  return wholeProviderKey(value) ?? (value.startsWith('-----BEGIN') ? 'private key' : named.kind);
}

/** A place that a program puts the secret into: `${API_KEY}`, `{{ api_key }}`, `<your key>`, `$API_KEY`. */
const TEMPLATE = /^(?:\$?\{[^}]*\}{1,2}|<[^>]*>|\$[A-Z_][A-Z0-9_]*|%(?:s|[A-Z_][A-Z0-9_]*%))$/;

/** Nothing, what was redacted already, a secret that somebody crossed out, or a place for one. */
function isNothing(value: string): boolean {
  return (
    value.startsWith(MARKER_START) ||
    value === SHORT_MARKER ||
    /^(?:[^\p{L}\p{N}]*|x{3,})$/iu.test(value) ||
    TEMPLATE.test(value)
  );
}

const SCHEME = /(?:bearer|basic|token|digest|api-?key|key|negotiate|dpop|oauth|aws4-hmac-sha256)[ \t]+/iy;

function afterScheme(text: string, start: number, end: number): number {
  SCHEME.lastIndex = start;
  const match = SCHEME.exec(text);
  return match && SCHEME.lastIndex <= end ? SCHEME.lastIndex : start;
}

/**
 * What stands in quotes at a place; undefined where no quote opens there.
 *
 * @param isInside whether the place is within a string of JSON
 */
function quotedAt(text: string, at: number, isInside: boolean): Value | undefined {
  let open = at;
  while (text.charCodeAt(open) === BACKSLASH) open++;
  const quote = text.charCodeAt(open);
  if (!isQuote(quote) || (isInside && isOfJson(text, open))) return undefined;
  // One that closes what is around the name has a sign of JSON behind it.
  if (/^\s*[:,}\]]/.test(text.slice(open + 1, open + 8))) return undefined;
  return endOfQuoted(text, open + 1, quote, open - at);
}

/**
 * Where a quoted value ends. Quotes of JSON that is escaped once, twice … have 1, 3, 7 … backslashes before them; one
 * with more belongs to the value. No value reaches over the end of a line or of the string that it stands in.
 *
 * @param escapes backslashes before the quote that opens it
 */
function endOfQuoted(text: string, start: number, quote: number, escapes: number): Value {
  let backslashes = 0;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) {
      backslashes++;
      continue;
    }
    if (code === LINE_FEED || code === CARRIAGE_RETURN) break;
    if (code === quote && (backslashes < escapes || backslashes % (2 * escapes + 2) === escapes)) {
      const end = at - Math.min(backslashes, escapes);
      return { start, end, after: at + 1 };
    }
    if (code === QUOTE && backslashes % 2 === 0) break;
    backslashes = 0;
  }
  return { start, end: at, after: at };
}

/** Values of a list behind a name, as in `"Authorization": ["Bearer …"]`. */
function findInList(
  text: string,
  start: number,
  isInside: boolean,
  named: NamedSecret,
  found: Secret[],
): number {
  let at = start;
  for (;;) {
    const value = quotedAt(text, afterBlanks(text, at), isInside);
    if (!value) return at;
    const next = take(text, value, named, found);
    if (next === value.start || text[afterBlanks(text, next)] !== ',') return next;
    at = afterBlanks(text, next) + 1;
  }
}

const BARE = /[^\s,;&"'`<>()[\]{}\\|]+/y;
const REST_OF_LINE = /[^\n\r"'`\\]+/y;
const NO_VALUE =
  /^(?:null|none|nil|undefined|true|false|str|string|bytes|any|object|number|int|integer|bool|boolean|required|optional)$/i;

/** What stands behind a name without quotes: in a line of text, in a URL, in code. */
function findBare(text: string, start: number, named: NamedSecret, found: Secret[]): number {
  const isPair = named.kind === 'cookie';
  const from = named.kind === 'authorization' ? afterScheme(text, start, text.length) : start;
  const pattern =
    isPair || /^(?:digest|oauth|aws4)/i.test(text.slice(start, start + 6)) ? REST_OF_LINE : BARE;
  pattern.lastIndex = from;
  let [value = ''] = pattern.exec(text) ?? [];
  if (value.endsWith('.')) value = value.slice(0, -1);
  const end = from + value.length;
  if (NO_VALUE.test(value) || isReference(text, start, end, value)) return start;
  const isSpaced = isBlank(text.charCodeAt(start - 1));
  if (isSpaced && from === start && isProse(text, end, value, named)) return start;
  return take(text, { start, end, after: end }, named, found);
}

/** The name that stands before a value. */
const BEFORE_VALUE = /([\w$.]+)\s*[:=>]+\s*$/;

/** A name of code in place of a value: `api_key=api_key`, `config.apiKey`, `OPENAI_API_KEY`, `getPassword()`. */
function isReference(text: string, start: number, end: number, value: string): boolean {
  if (text[end] === '(' || text[end] === '[') return true;
  if (!/^[A-Za-z_$][\w$.?!]*$/.test(value)) return false;
  if (!secretNamedAt(value, value.length)) return false;
  const isSame = BEFORE_VALUE.exec(text.slice(Math.max(0, start - 64), start))?.[1] === value;
  return isSame || /^\$|\./.test(value) || /^[A-Z0-9_]+$/.test(value);
}

/** A sentence goes on behind `password:` with a word; a password ends its line. */
function isProse(text: string, end: number, value: string, { kind }: NamedSecret): boolean {
  if (/^\d{1,3}$/.test(value)) return true;
  if (!/^\p{L}*$/u.test(value)) return false;
  return kind !== PASSWORD || /^[ \t]+[\p{L}[]/u.test(text.slice(end, end + 8));
}

/** Longer ones are no user and password. */
const MAX_USER_INFO = 512;

/** The password in `https://user:password@host`. */
function findUserInfo(text: string, start: number, found: Secret[]): number {
  const authority = /^[^\s"'`<>\\/?#]*/.exec(text.slice(start, start + MAX_USER_INFO))?.[0] ?? '';
  const at = authority.lastIndexOf('@');
  const colon = authority.indexOf(':');
  if (colon < 0 || at < colon) return start;
  const user = authority.slice(0, colon);
  const password = authority.slice(colon + 1, at);
  // GitHub takes a token for a user, with this for a password.
  if (password === 'x-oauth-basic') {
    found.push({ start, end: start + colon, kind: wholeProviderKey(user) ?? 'token' });
    return start + at;
  }
  for (const key of findProviderKeys(user)) {
    found.push({ ...key, start: start + key.start, end: start + key.end });
  }
  if (!isNothing(password)) {
    found.push({
      start: start + colon + 1,
      end: start + at,
      kind: wholeProviderKey(password) ?? PASSWORD,
    });
  }
  return start + at;
}

function afterSlashes(text: string, start: number): number | undefined {
  let at = start;
  for (let slash = 0; slash < 2; slash++) {
    while (text.charCodeAt(at) === BACKSLASH) at++;
    if (text.charCodeAt(at) !== SLASH) return undefined;
    at++;
  }
  return at;
}

function beforeBackslashes(text: string, end: number): number {
  let at = end;
  while (text.charCodeAt(at - 1) === BACKSLASH) at--;
  return at;
}

function afterBlanks(text: string, start: number): number {
  let at = start;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

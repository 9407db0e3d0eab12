import { RE2JS, type Matcher } from 're2js';
import { MARKER_START, MARKERS } from './marker.js';

/** A pattern of the operator's own. */
export interface OwnPattern {
  pattern: RE2JS;
  /** The named group that is the secret; undefined where all that matches is. */
  group: string | undefined;
}

/** A list of patterns is not one; the message says of each bad pattern which it is, and why. */
export class BadPatterns extends Error {
  override name = 'BadPatterns';
}

/**
 * Reads patterns in RE2's syntax, with white space between them. RE2 takes time proportional to the text, so none of
 * them can hang. What a group such as `(?<employee_number>…)` matches is the secret, and its name is what markers say;
 * without one it is all that the pattern matches.
 *
 * @throws BadPatterns
 */
export function parseOwnPatterns(text: string): OwnPattern[] {
  const bad: string[] = [];
  const patterns = text
    .split(/\s+/)
    .filter((source) => source !== '')
    .flatMap((source, index) => {
      try {
        return [parse(source)];
      } catch (error) {
        bad.push(`pattern ${index + 1}, ${source}, ${(error as Error).message}`);
        return [];
      }
    });
  if (bad.length > 0) throw new BadPatterns(bad.join('; '));
  return patterns;
}

function parse(source: string): OwnPattern {
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(source);
  } catch (error) {
    throw new Error(`is not one: ${(error as Error).message}`, { cause: error });
  }
  if (pattern.matcher('').find()) throw new Error('matches the empty text');
  const [group] = Object.keys(pattern.namedGroups());
  return { pattern, group };
}

/** Gives what stands in place of a secret. */
type Replace = (secret: string, kind: string) => string;

/** A text with the secrets replaced that the patterns find, each pattern in what those before it left. */
export function redactOwn(text: string, patterns: readonly OwnPattern[], replace: Replace): string {
  return patterns.reduce((left, own) => redactOne(left, own, replace), text);
}

/** Markers are left alone, whatever a pattern would find in them: texts may be redacted again. */
function redactOne(text: string, own: OwnPattern, replace: Replace): string {
  if (!text.includes(MARKER_START)) return redactBetween(text, own, replace);
  return text
    .split(MARKERS)
    .map((piece, index) => (index % 2 === 0 ? redactBetween(piece, own, replace) : piece))
    .join('');
}

function redactBetween(text: string, { pattern, group }: OwnPattern, replace: Replace): string {
  const matcher: Matcher = pattern.matcher(text);
  let redacted = '';
  let end = 0;
  while (matcher.find()) {
    const secret = matcher.group(group ?? 0);
    if (secret === null || secret === '') continue;
    const start = matcher.start(group ?? 0);
    redacted += text.slice(end, start) + replace(secret, group?.replaceAll('_', ' ') ?? 'own pattern');
    end = start + secret.length;
  }
  return end === 0 ? text : redacted + text.slice(end);
}

/** The same within the strings and names of JSON, as they read without escapes. */
export function redactOwnInJson(json: string, patterns: readonly OwnPattern[], replace: Replace): string {
  let redacted = '';
  let end = 0;
  for (let open = json.indexOf('"'); open >= 0; open = json.indexOf('"', open)) {
    const close = endOfString(json, open);
    const written = json.slice(open, close);
    const text = written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1);
    const changed = redactOwn(text, patterns, replace);
    if (changed !== text) {
      redacted += json.slice(end, open) + JSON.stringify(changed);
      end = close;
    }
    open = close;
  }
  return end === 0 ? json : redacted + json.slice(end);
}

/** Behind the quote that closes the string which opens at a place. */
function endOfString(json: string, open: number): number {
  for (let at = json.indexOf('"', open + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let first = at;
    while (json[first - 1] === '\\') first--;
    if ((at - first) % 2 === 0) return at + 1;
  }
  return json.length;
}

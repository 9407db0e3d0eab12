const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING = new Set(Buffer.from('{['));
const CLOSING = new Set(Buffer.from('}]'));
const SPACE = new Set(Buffer.from(' \t\r\n,'));

/**
 * The query of a GraphQL request in JSON, found without parsing the rest, in a fraction of the time; undefined where
 * there is none. What is no JSON may have one, too; of several, it is the first.
 */
export function topLevelQuery(body: Buffer): string | undefined {
  let at = body.indexOf('{') + 1;
  while (at > 0 && at < body.length) {
    while (SPACE.has(body[at] ?? 0)) at++;
    if (body[at] !== QUOTE) return undefined;
    const keyEnd = endOfString(body, at);
    const isQuery = body.subarray(at, keyEnd).equals(KEY);
    at = body.indexOf(COLON, keyEnd) + 1;
    while (SPACE.has(body[at] ?? 0)) at++;
    const end = endOfValue(body, at);
    if (isQuery) return parseString(body.toString('utf8', at, end));
    at = end;
  }
  return undefined;
}

const KEY = Buffer.from('"query"');

/** Far more levels than any input may have. A body that exceeds even these is refused before it is parsed. */
export const MAX_LEVELS = 50_000;

/** Whether objects and lists stand more than `levels` deep in each other. */
export function isDeeperThan(levels: number, body: Buffer): boolean {
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) at = endOfString(body, at) - 1;
    else if (OPENING.has(byte)) {
      if (++depth > levels) return true;
    } else if (CLOSING.has(byte)) depth--;
  }
  return false;
}

function parseString(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Where a string ends that begins with the quote at `start`. */
function endOfString(body: Buffer, start: number): number {
  for (let at = body.indexOf(QUOTE, start + 1); at !== -1; at = body.indexOf(QUOTE, at + 1)) {
    let first = at;
    while (body[first - 1] === BACKSLASH) first--;
    if ((at - first) % 2 === 0) return at + 1;
  }
  return body.length;
}

function endOfValue(body: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  while (at < body.length) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) at = endOfString(body, at);
    else {
      if (OPENING.has(byte)) depth++;
      else if (CLOSING.has(byte)) depth--;
      if (depth < 0) return at;
      at++;
    }
    if (depth === 0 && (byte === QUOTE || CLOSING.has(byte) || SPACE.has(byte))) return at;
  }
  return at;
}

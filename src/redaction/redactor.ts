import { findSecrets, type KnownKeys } from './find-secrets.js';
import { endOfKey, marker, SHORT_MARKER } from './marker.js';
import { redactOwn, redactOwnInJson, type OwnPattern } from './own-patterns.js';

/** How secrets are kept out of the log. */
export interface RedactionConfig {
  /** What is replaced besides what this server knows to be a secret; undefined where nothing is replaced at all. */
  redactPatterns: readonly OwnPattern[] | undefined;
}

/** Redacts texts that belong together, such as those of one request. */
export interface Redaction {
  /** How many secrets it has replaced so far. */
  readonly replaced: number;
  /** A text with markers in place of its secrets, or one marker in place of it where it would become too long. */
  text(text: string, maxLength?: number): string;
  /** The same for the text of JSON, in which only names and strings are changed. */
  json(json: string): string;
}

/** Replaces secrets in texts by markers, and counts them. */
export class Redactor {
  readonly #known: KnownKeys;
  readonly #own: readonly OwnPattern[];
  readonly #replaced = new Map<string, number>();

  /**
   * @param known keys that are known by a hash of them
   * @param own patterns of the operator's own
   */
  constructor(known: KnownKeys, own: readonly OwnPattern[]) {
    this.#known = known;
    this.#own = own;
  }

  /** How many secrets it has replaced so far, by what their markers call them. */
  get replaced(): ReadonlyMap<string, number> {
    return this.#replaced;
  }

  /** Begins a count of its own. */
  begin(): Redaction {
    let replaced = 0;
    const replace = (secret: string, kind: string) => {
      replaced++;
      this.#replaced.set(kind, (this.#replaced.get(kind) ?? 0) + 1);
      return marker(kind, hintOf(secret, kind));
    };
    return {
      get replaced() {
        return replaced;
      },
      text: (text, maxLength = Infinity) => {
        const redacted = redactOwn(this.#redact(text, false, replace), this.#own, replace);
        return redacted.length > maxLength && redacted !== text ? SHORT_MARKER : redacted;
      },
      json: (json) => {
        const redacted = this.#redact(json, true, replace);
        return this.#own.length === 0 ? redacted : redactOwnInJson(redacted, this.#own, replace);
      },
    };
  }

  #redact(text: string, isJson: boolean, replace: (secret: string, kind: string) => string): string {
    const secrets = findSecrets(text, this.#known, isJson);
    if (secrets.length === 0) return text;
    let redacted = '';
    let last = 0;
    for (const { start, end, kind } of secrets) {
      redacted += text.slice(last, start) + replace(text.slice(start, end), kind);
      last = end;
    }
    return redacted + text.slice(last);
  }
}

/** Of what people make up, a few characters are much; of what is short, too. */
const WITHOUT_HINT = new Set(['authorization', 'cookie', 'password', 'private key', 'signature']);
const MIN_HINTED = 16;

function hintOf(secret: string, kind: string): string {
  if (secret.length < MIN_HINTED || WITHOUT_HINT.has(kind)) return '';
  const hint = endOfKey(secret);
  // Part of an escape would break the JSON that it stands in.
  return /^[\w.+/=~-]+$/.test(hint) ? hint : '';
}

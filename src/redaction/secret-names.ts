/** What the name of a value says of it. */
export interface NamedSecret {
  /** What a marker calls the value. */
  kind: string;
  /** Whether a value of that name is a secret. */
  accepts: (value: string) => boolean;
}

const anything = () => true;
const isOneWord = (value: string) => !/\s/.test(value);
const isNoPath = (value: string) => !/^(?:[/~.]|[a-z]:)/i.test(value);
const holdsPairs = (value: string) => value.includes('=');

/** Whether a value looks like a key: long, without a gap, with letters and digits. */
export function looksLikeKey(value: string): boolean {
  return value.length >= 16 && /^[\w.+/=~:-]*$/.test(value) && /\d/.test(value) && /[a-z]/i.test(value);
}

export const PASSWORD = 'password';
const AUTHORIZATION: NamedSecret = { kind: 'authorization', accepts: anything };
/** A short name says something where a URL's query has it. */
const inQuery = (name: string) => new RegExp(`(?:[?&]|&amp;|u0026)${name}$`, 'i');

/** Names are written apiKey, api_key, api-key, `API key`. */
const GAP = '[-_. ]?';
const nameOf = (alternatives: string, last: string) => new RegExp(`(?:${alternatives})${GAP}${last}$`, 'i');
const API_KEY = nameOf(
  `api|secret|secret${GAP}access|private|signing|encryption|account|subscription|shared${GAP}access|master|storage|service${GAP}role|auth`,
  'key',
);
const ACCESS_TOKEN = nameOf(
  'api|access|auth|authentication|authorization|refresh|bearer|session|security|secret|private|bot|oauth2?|id',
  'token',
);
const QUERY_KEY = inQuery('key');
const QUERY_TOKEN = inQuery('token');
const QUERY_SIGNATURE = inQuery('sig');
/** Words of a model, and places in a list. */
const OTHER_TOKEN =
  /(?:page|next|previous|prev|continue|continuation|sync|cursor|start|stop|end|begin|first|last|[bep]os|pad|unk|mask|max|min|num|top)[-_. ]?token$/i;
const PROVIDER =
  /openai|anthropic|azure|aws|google|gemini|mistral|cohere|groq|xai|openrouter|replicate|perplexity|deepseek|huggingface|together|fireworks|github|gitlab|slack|stripe|nvidia|voyage/gi;

/** What a text says that ends with a name, by its last three letters: of the many names in JSON, those tell most apart. */
const READERS: Record<string, (name: string) => NamedSecret | undefined> = {
  key: (name) => {
    if (API_KEY.test(name)) return { kind: keyOf(name), accepts: anything };
    return QUERY_KEY.test(name) ? { kind: 'api key', accepts: anything } : undefined;
  },
  ken: (name) => {
    if (ACCESS_TOKEN.test(name) || QUERY_TOKEN.test(name)) {
      return { kind: 'token', accepts: anything };
    }
    return OTHER_TOKEN.test(name) ? undefined : { kind: 'token', accepts: looksLikeKey };
  },
  ret: (name) => {
    if (!/secret$/i.test(name)) return undefined;
    return { kind: 'secret', accepts: /[a-z][-_. ]?secret$/i.test(name) ? anything : isOneWord };
  },
  ord: (name) => passwordOf(name, /password$/i),
  swd: (name) => passwordOf(name, /passwd$/i),
  ass: (name) => passwordOf(name, /[-_]pass$/i),
  ase: (name) => passwordOf(name, /passphrase$/i),
  pwd: (name) => (/(?:^|[^a-z])pwd$/i.test(name) ? { kind: PASSWORD, accepts: isNoPath } : undefined),
  ion: (name) => (/authori[sz]ation$/i.test(name) ? AUTHORIZATION : undefined),
  kie: (name) => (/(?:^|[^a-z])cookie$/i.test(name) ? { kind: 'cookie', accepts: holdsPairs } : undefined),
  sig: (name) => (QUERY_SIGNATURE.test(name) ? { kind: 'signature', accepts: anything } : undefined),
};

function keyOf(name: string): string {
  if (/private.?key$/i.test(name)) return 'private key';
  const provider = name.match(PROVIDER)?.at(-1);
  return provider === undefined ? 'api key' : `${provider.toLowerCase()} key`;
}

function passwordOf(name: string, ending: RegExp): NamedSecret | undefined {
  const isAbout = /(?:forgot|forgotten|reset|show|hide|invalid|wrong|incorrect)[-_ ]?\w+$/i.test(name);
  return ending.test(name) && !isAbout ? { kind: PASSWORD, accepts: anything } : undefined;
}

/** Three letters of whatever case as one number. */
const pack = (one: number, two: number, three: number) =>
  ((one | 0x20) << 16) | ((two | 0x20) << 8) | (three | 0x20);
const packed = (letters: string) => pack(letters.charCodeAt(0), letters.charCodeAt(1), letters.charCodeAt(2));

const BY_ENDING = new Map(Object.entries(READERS).map(([letters, read]) => [packed(letters), read]));

/** How far back a name is looked for: what matters of it stands at its end. */
const MAX_NAME = 48;

/** What the name says that ends before a place of a text; undefined for a name that secrets do not have. */
export function secretNamedAt(text: string, end: number): NamedSecret | undefined {
  const read = BY_ENDING.get(
    pack(text.charCodeAt(end - 3), text.charCodeAt(end - 2), text.charCodeAt(end - 1)),
  );
  return read?.(text.slice(Math.max(0, end - MAX_NAME), end));
}

const HEADER =
  /["'`]((?:proxy-)?authorization|(?:x-)?api-key|x-goog-api-key|x-(?:auth|access)-token|ocp-apim-subscription-key|cookie)\\*["'`]\s*,\s*\\*["'`]values?$/i;
const VALUE = packed('lue');
const VALUES = packed('ues');

/** What the header before says of a value in a list such as `[{"name": "x-api-key", "value": "…"}]`. */
export function headerBefore(text: string, end: number): NamedSecret | undefined {
  const last = pack(text.charCodeAt(end - 3), text.charCodeAt(end - 2), text.charCodeAt(end - 1));
  if (last !== VALUE && last !== VALUES) return undefined;
  const [, name] = HEADER.exec(text.slice(Math.max(0, end - 2 * MAX_NAME), end)) ?? [];
  return name === undefined ? undefined : secretNamedAt(name, name.length);
}

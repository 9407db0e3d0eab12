const STRING = /"""(?:[^"]|"{1,2}(?!"))*"""|"(?:[^"\\]|\\.)*"/gs;

/**
 * The message of an error of graphql-js about an input, without the texts that it quotes: they may be a key, or
 * megabytes of a prompt. The place and the reason stay.
 */
export function withoutValues(message: string, error: unknown): string {
  return withoutLongWords(
    withoutVariable(message, error)
      .replace(/\b((?:String|Boolean|Int|Float|ID) cannot represent [\w -]{0,50}value): .*/s, '$1.')
      // What our own scalars refuse is no key, and they say best what is wrong with it.
      .replace(
        /^(Expected value of type "(?!DateTime|TimeZone)[^"]*", found )(.*)/s,
        (_, expected: string, found: string) => expected + found.replace(STRING, '"…"'),
      )
      .replace(/^(Syntax Error: .*?(?:found|Unexpected) (?:Block)?String) .*/s, '$1 "…".'),
  );
}

/** `Variable "$v" got invalid value <value> at "v.field"; <reason>`, where the value may look like anything. */
function withoutVariable(message: string, error: unknown): string {
  const variable = /^Variable "\$\w+" got /.exec(message)?.[0];
  const reason = (error as { originalError?: { message: string } }).originalError?.message;
  if (variable === undefined || reason === undefined || !message.endsWith(`; ${reason}`)) return message;
  const place = / at "[^"]+"$/.exec(message.slice(0, -reason.length - 2))?.[0] ?? '';
  return `${variable}an invalid value${place}; ${reason}`;
}

/** A word this long, made of letters and digits, is not a name in the schema and may be a key in the wrong place. */
export function withoutLongWords(text: string): string {
  return text.replace(/[\w-]{24,}/g, (word) => (/\d/.test(word) && /[a-z]/i.test(word) ? '…' : word));
}

import { Lexer, Source, TokenKind } from 'graphql';
import { limitExceeded } from './limit-exceeded.js';

/**
 * How deep brackets of any kind may stand in each other. graphql-js reads them by recursion, and runs out of stack at
 * 1,300 to 2,500, depending on what they hold and on how much of it V8 has compiled. `MAX_DEPTH` can be 1,000.
 */
const MAX_LEVELS = 1_100;

const OPENING = ['{', '[', '('];
const OPENS: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSES: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Refuses a document that is nested so deep that reading it could fail, before it is read.
 *
 * @throws GraphQLError with the code TOO_DEEP
 */
export function refuseDeepDocument(query: string): void {
  if (hasManyBrackets(query) && isDeep(query)) {
    const message = `Brackets stand at most ${MAX_LEVELS} levels deep in each other.`;
    throw limitExceeded('TOO_DEEP', message, { limit: MAX_LEVELS });
  }
}

/** No useful document has, and this takes next to no time. */
function hasManyBrackets(query: string): boolean {
  let count = 0;
  for (const bracket of OPENING) {
    for (let at = query.indexOf(bracket); at !== -1; at = query.indexOf(bracket, at + 1)) count += 1;
  }
  return count > MAX_LEVELS;
}

/** By tokens, since texts and comments may hold brackets. What is no GraphQL is left to be refused as such. */
function isDeep(query: string): boolean {
  const lexer = new Lexer(new Source(query));
  let levels = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) {
      if (OPENS.has(lexer.token.kind)) levels += 1;
      else if (CLOSES.has(lexer.token.kind)) levels -= 1;
      if (levels > MAX_LEVELS) return true;
    }
  } catch {
    // The parser fails at the same place.
  }
  return false;
}

import { setFlagsFromString } from 'node:v8';
import type * as Parser from 'libpg-query';

let parser: typeof Parser | undefined;

/** Makes {@link parseSql} ready. It is PostgreSQL's own parser, compiled to WebAssembly, and loaded on first use. */
export async function loadParser(): Promise<void> {
  if (parser) return;
  // V8 would make the parser quicker in the background as soon as it runs: 2 s of CPU time, to save milliseconds.
  setFlagsFromString('--no-wasm-tier-up --no-wasm-dynamic-tiering');
  const loading = await import('libpg-query');
  await loading.loadModule();
  parser = loading;
}

/**
 * The statements of a text, as trees. {@link loadParser} must have been awaited.
 *
 * @throws SqlError of libpg-query where PostgreSQL 18 could not parse it
 */
export function parseSql(text: string): Parser.Node[] {
  if (!parser) throw new Error('The parser is not loaded.');
  return (parser.parseSync(text).stmts ?? []).flatMap(({ stmt }) => stmt ?? []);
}

import type { TestServer } from '../support/server.js';
import { bearer } from '../support/token.js';

export interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

/** Sends a body to /ingest/calls. */
export async function send(
  { url }: Pick<TestServer, 'url'>,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/ingest/calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...bearer(), ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export const CALL = { requestMessages: [{ role: 'user', content: 'hello' }], status: 'SUCCESS' };

/** A body of a row on each line; a text is written as it is. */
export function lines(...rows: unknown[]): string {
  return rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
}

import { Agent, request } from 'node:http';
import type { Case } from '../cases/case.js';
import type { Server } from '../servers/server.js';

/**
 * One client of a server: a connection that stays open, one request at a time.
 *
 * autocannon counts in whole milliseconds, which is too coarse for what is a hundred times faster than something that
 * takes two hundred; so this is a client of our own.
 */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Asks a server for a case, in the way that is its own.
   *
   * @returns the body of its answer
   * @throws an error with that body where it is none of what was asked for
   */
  async ask(asked: Case, turn: number): Promise<string> {
    const [path, body] = requestOf(this.#server, asked, turn);
    const { status, text } = await this.#post(path, JSON.stringify(body));
    if (status !== 200 || text.startsWith('{"errors"')) {
      throw new Error(`${this.#server.name} fails at ${asked.name}: ${status} ${text.slice(0, 1000)}`);
    }
    return text;
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(path: string, body: string): Promise<{ status: number | undefined; text: string }> {
    const headers = {
      ...this.#server.headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const asking = request(`${this.#server.url}${path}`, { method: 'POST', agent: this.#agent, headers });
      asking.once('error', reject);
      asking.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() });
        });
      });
      asking.end(body);
    });
  }
}

function requestOf({ name }: Server, asked: Case, turn: number): [path: string, body: unknown] {
  if (name === 'bare') return ['/', { name: asked.name, turn }];
  const { query, variables } = name === 'PostGraphile' ? asked.postgraphile : asked.ours;
  return ['/graphql', { query, variables: variables?.(turn) }];
}

import { Client } from 'undici';
import type { Server } from '../servers/server.js';

/** What a server answered; its body is left as it came, because to read it costs time that others want. */
export interface Answer {
  status: number;
  body: Buffer;
}

/**
 * One client of a server: a connection that stays open, one request at a time.
 *
 * It shares the machine with what it measures: a page of 50 calls costs it 0.2 ms of CPU time, and 0.3 ms with
 * node:http. autocannon takes 0.1 ms, but counts in whole milliseconds, which is too coarse for what is a hundred times
 * faster than something that takes two hundred.
 */
export class HttpClient {
  readonly #client: Client;
  readonly #headers: Record<string, string>;

  constructor({ url, headers }: Pick<Server, 'url' | 'headers'>) {
    // However slow a server is, it is waited for.
    this.#client = new Client(url, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
    this.#headers = { ...headers, 'content-type': 'application/json' };
  }

  /** @param body JSON */
  post(path: string, body: string): Promise<Answer> {
    return this.#request({ method: 'POST', path, body, headers: this.#headers });
  }

  get(path: string): Promise<Answer> {
    return this.#request({ method: 'GET', path });
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #request(options: Parameters<Client['dispatch']>[0]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status = 0;
      this.#client.dispatch(options, {
        onRequestStart: () => undefined,
        onResponseStart: (_, statusCode) => {
          status = statusCode;
        },
        onResponseData: (_, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => {
          resolve({ status, body: Buffer.concat(chunks) });
        },
        onResponseError: (_, error) => {
          reject(error);
        },
      });
    });
  }
}

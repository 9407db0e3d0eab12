import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ProviderRequest {
  method: string | undefined;
  path: string | undefined;
  authorization: string | undefined;
}

/** A provider of models on this machine. */
export interface Provider {
  /** Its API, such as http://127.0.0.1:1234/v1. */
  url: string;
  /** What it was asked since the test began. */
  requests: ProviderRequest[];
  /** How it answers. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A provider that notes its requests, and takes every key unless a test sets another answer. */
export function useProvider(): Provider {
  const provider: Provider = { url: '', requests: [], answer: () => undefined };
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    provider.requests.push({ method, path: url, authorization: headers.authorization });
    provider.answer(request, response);
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  beforeEach(() => {
    provider.requests = [];
    provider.answer = (_, response) => response.end('{"object":"list","data":[]}');
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return provider;
}

import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';

const SELF = "'self'";
const NONE = "'none'";

/**
 * What a browser may do with what it gets here. Scripts, workers and requests come from and go to this server alone,
 * and none is written into a page or made from a text. Monaco writes its colours and the places of its lines as style
 * elements and attributes, so those may stand in the page.
 */
const CONTENT_SECURITY_POLICY = {
  'default-src': [NONE],
  'script-src': [SELF],
  'worker-src': [SELF],
  'connect-src': [SELF],
  'style-src': [SELF, "'unsafe-inline'"],
  'font-src': [SELF, 'data:'],
  'img-src': [SELF, 'data:'],
  'base-uri': [NONE],
  'form-action': [NONE],
  'frame-ancestors': [NONE],
  'object-src': [NONE],
};

/**
 * Sends the headers by which browsers and caches protect users, and lets pages of some other origins read answers.
 *
 * @param origins such as https://app.example.com
 */
export async function registerBrowserSecurity(
  app: FastifyInstance,
  origins: readonly string[],
): Promise<void> {
  // Any answer may hold a prompt, a token or the provider key. The page and its assets, which hold none, say otherwise.
  const headers = { ...protectiveHeaders(), 'cache-control': 'no-store' };
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST'],
    exposedHeaders: ['retry-after'],
    // A token goes into a header; cookies are nothing to this server.
    credentials: false,
    maxAge: 600,
  });
}

/** Those that helmet would write for each answer anew, though they are always the same. */
function protectiveHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  const protect = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // TLS ends at a proxy, which alone knows whether there is no way around it.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  protect({} as IncomingMessage, response as unknown as ServerResponse, () => undefined);
  return headers;
}

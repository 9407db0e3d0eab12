import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

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
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    // TLS ends at a proxy, which alone knows whether there is no way around it.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  // Any answer may hold a prompt, a token or the provider key. The page and its assets, which hold none, say otherwise.
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-store');
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

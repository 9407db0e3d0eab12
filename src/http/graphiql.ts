import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder dist/graphiql, seen from src/http (in tests) or from dist/src/http. */
const BUNDLE = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/graphiql' : '../../graphiql', import.meta.url),
);

/** A browser that navigates prefers HTML and brings no operation; all else is a call of the API. */
function asksForPage({ method, routeOptions, query, headers }: FastifyRequest): boolean {
  if (routeOptions.url !== '/graphql' || (method !== 'GET' && method !== 'HEAD')) return false;
  const { query: operation, extensions } = query as Record<string, unknown>;
  if (operation !== undefined || extensions !== undefined) return false;
  return new Negotiator({ headers }).mediaType(['application/json', 'text/html']) === 'text/html';
}

function sendPage(reply: FastifyReply, bundle: string): FastifyReply {
  // Asked for again each time, since it names the assets of the version that runs.
  void reply.headers({ vary: 'Accept', 'cache-control': 'no-cache' });
  return reply.sendFile('index.html', bundle, { cacheControl: false });
}

function sayNotBuilt(reply: FastifyReply): FastifyReply {
  return reply.code(503).type('text/plain').send('GraphiQL is not built here. Run: npm run build\n');
}

/**
 * Serves GraphiQL (src/graphiql, as `npm run build` bundles it) to browsers that open /graphql. Whatever else
 * arrives at /graphql is left to the route of that address, which the server registers before or after this.
 *
 * @param bundle absolute path of the folder that holds the bundle.
 */
export async function registerGraphiql(app: FastifyInstance, bundle = BUNDLE): Promise<void> {
  const built = existsSync(`${bundle}/index.html`);
  if (built) {
    await app.register(fastifyStatic, {
      root: `${bundle}/graphql/assets`,
      prefix: '/graphql/assets/',
      index: false,
      preCompressed: true,
      immutable: true, // their names hold a hash of what is in them
      maxAge: '1y',
    });
  }
  app.addHook('onRequest', (request, reply, done) => {
    if (!asksForPage(request)) done();
    else if (built) sendPage(reply, bundle);
    else sayNotBuilt(reply);
  });
  // Relative, as a proxy may serve all this under a prefix.
  app.get('/', (_request, reply) => reply.redirect('./graphql'));
}

import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import { Authenticator } from './access/authenticator.js';
import { jwtVerifier } from './access/identity-provider.js';
import { TokenLookup } from './access/token-lookup.js';
import { forgetOldKeys } from './call-logs/idempotency.js';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import { createCheck } from './consistency/check.js';
import { createContext, createServices, type Context } from './graphql/context.js';
import { Cursors } from './graphql/cursors.js';
import { formatError } from './graphql/format-error.js';
import { logUnexpected, type LoggedContext } from './graphql/log-unexpected.js';
import { registerAuthentication } from './http/authentication.js';
import { registerGraphiql } from './http/graphiql.js';
import { registerHealth } from './http/health.js';
import { createLogger } from './http/logger.js';
import { createKeyServices, type KeyConfig } from './keys/context.js';
import { loadSecrets } from './keys/load-secrets.js';
import { createSchema } from './schema.js';

/** Largest body of a request, in bytes; a thousand calls with their prompts go into one. */
const BODY_LIMIT = 16 * 1024 * 1024;

const HOUR = 3_600_000;

/**
 * Makes the HTTP server: GraphQL on /graphql for callers with a token, health checks. It does not listen yet.
 *
 * @param database migrated; closing the server leaves it open
 */
export async function createServer(
  config: Pick<Config, 'logLevel'> & KeyConfig & Partial<Config>,
  database: Database,
): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: createLogger(config.logLevel),
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: 'idle',
    // Prompts are data: a key called __proto__ in one is stored like any other.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  const secrets = await loadSecrets(database);
  const schema = await createSchema();
  const consistency = createCheck(database, schema);
  const services = createServices(database, {
    cursors: new Cursors(secrets.cursor),
    fingerprintSecret: secrets.fingerprint,
    consistency,
    ...createKeyServices(config),
  });
  const apollo = new ApolloServer<Context & LoggedContext>({
    schema,
    formatError,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    introspection: true,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      logUnexpected(),
    ],
  });
  await apollo.start();
  const verifyJwt = config.identityProvider && jwtVerifier(config.identityProvider, app.log);
  const authenticator = new Authenticator(new TokenLookup(database, app.log), verifyJwt);
  app.route({
    url: '/graphql',
    method: ['GET', 'POST', 'OPTIONS'],
    onRequest: registerAuthentication(app, authenticator),
    handler: fastifyApolloHandler(apollo, {
      context: (request) =>
        Promise.resolve(
          Object.assign(createContext(services, request.caller), { requestId: request.id, log: request.log }),
        ),
    }),
  });
  registerHealth(app, database, consistency);
  await registerGraphiql(app);

  const forgetting = setInterval(() => {
    forgetOldKeys(database.sql).catch((error: unknown) => {
      app.log.warn({ err: error }, 'old keys were kept');
    });
  }, HOUR).unref();
  app.addHook('onClose', async () => {
    clearInterval(forgetting);
    await apollo.stop();
  });
  return app;
}

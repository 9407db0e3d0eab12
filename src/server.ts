import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { LevelWithSilent } from 'pino';
import { Registry } from 'prom-client';
import { Authenticator } from './access/authenticator.js';
import { jwtVerifier, type IdentityProviderConfig } from './access/identity-provider.js';
import { TokenLookup } from './access/token-lookup.js';
import { API_USE } from './consistency/api-use.js';
import { CallLogRecorder } from './call-logs/recording/call-log-recorder.js';
import { rowReader } from './call-logs/recording/read-row.js';
import { forgetOldKeys } from './call-logs/recording/idempotency.js';
import { createCheck } from './consistency/check.js';
import { whyUnfit } from './consistency/why-unfit.js';
import { createRedactor, reportRedactions } from './call-logs/recording/redaction.js';
import { createContext, type Context, type Services } from './context.js';
import type { Database } from './database/database.js';
import { troubleLog } from './database/trouble-log.js';
import { troubleOf } from './database/trouble.js';
import { answerUnavailable } from './graphql/answer-unavailable.js';
import { printAnswer } from './graphql/answer/answer-texts.js';
import { operationsOf } from './graphql/answer/execute.js';
import { Cursors } from './graphql/cursors.js';
import { formatError, withoutSuggestions } from './graphql/format-error.js';
import { logUnexpected, type LoggedContext } from './graphql/log-unexpected.js';
import { DEFAULT_LIMITS, type Limits } from './graphql/limits/limits.js';
import { limitCost } from './graphql/limits/limit-cost.js';
import { readApart } from './graphql/read-apart.js';
import { requestServices } from './graphql/request-context.js';
import { readingTurns } from './graphql/limits/read-in-turns.js';
import { limitDocuments, reportRefusal } from './graphql/limits/limit-documents.js';
import { registerAuthentication } from './http/authentication.js';
import { registerBrowserSecurity } from './http/browser-security.js';
import { registerGraphiql } from './http/graphiql.js';
import { registerGraphql } from './http/graphql-route.js';
import { registerHealth } from './http/health.js';
import { registerIngest } from './http/ingest-route.js';
import { limitRequests } from './http/limit-requests.js';
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from './http/http-limits.js';
import { createLogger } from './http/logger.js';
import { measureBacklog, measurePools } from './http/metrics/measure-database.js';
import { measureRecording } from './http/metrics/measure-recording.js';
import type { MetricsConfig } from './http/metrics/metrics-config.js';
import { registerMetrics } from './http/metrics/metrics-route.js';
import { RequestMetrics, tellOutcome, type MeasuredContext } from './http/metrics/request-metrics.js';
import { answerPlainJson } from './http/plain-json.js';
import { connectionTimeouts } from './http/timeouts.js';
import { answerUnroutable, registerErrors } from './http/unrouted.js';
import { createKeyServices, type KeyConfig } from './keys/key-context.js';
import { keepFingerprints } from './keys/key-fingerprints.js';
import { loadSecrets } from './keys/server-secrets.js';
import type { RedactionConfig } from './redaction/redactor.js';
import { createSchema } from './schema.js';
import { backlogReader } from './usage/rollups/backlog.js';
import { reportSources } from './usage/report-sources.js';

const HOUR_MS = 3_600_000;

/** With one of these headers no page of another origin gets a request out of a browser unasked. */
const PREFLIGHTED = ['authorization', 'x-apollo-operation-name', 'apollo-require-preflight'];

/** What a server is told; limits that are left out have their usual values. */
export interface ServerConfig extends KeyConfig, RedactionConfig {
  logLevel: LevelWithSilent;
  /** Whose JWTs are taken besides this server's own tokens. */
  identityProvider?: IdentityProviderConfig | undefined;
  /** How many statements that read run at once for one caller. */
  readsPerCaller?: number;
  limits?: Partial<Limits>;
  http?: Partial<HttpLimits>;
  /** Who may read the metrics; callers with the scope ADMIN where it is left out. */
  metrics?: MetricsConfig;
}

/**
 * Makes the HTTP server: GraphQL on /graphql and calls on /ingest/calls for callers with a token, health checks. It does not listen yet.
 *
 * @param database migrated; closing the server leaves it open
 */
export async function createServer(config: ServerConfig, database: Database): Promise<FastifyInstance> {
  const limits = { ...DEFAULT_LIMITS, ...config.limits };
  const http = { ...DEFAULT_HTTP_LIMITS, ...config.http };
  const registry = new Registry();
  const requests = new RequestMetrics(registry);
  const app = Fastify({
    loggerInstance: createLogger(config.logLevel),
    ...connectionTimeouts(http.requestTimeout),
    ...answerUnroutable((code) => {
      requests.refused(code);
    }),
    forceCloseConnections: 'idle',
    // Prompts are data: a key called __proto__ in one is stored like any other.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
  });
  const recordingMetrics = measureRecording(registry);
  const tellTrouble = troubleLog(app.log);
  const secrets = await loadSecrets(database);
  const schema = await createSchema();
  const consistency = createCheck(database, schema, API_USE);
  const keyServices = createKeyServices(config, secrets.fingerprint);
  const redactor = createRedactor(keyServices.keyFingerprints, config);
  recordingMetrics.watchRedacted(() => redactor?.replaced ?? new Map<string, number>());
  const services: Services = {
    ...requestServices(database, {
      cursors: new Cursors(secrets.cursor),
      pageSize: limits.pageSize,
      readingTurns: readingTurns(database, config.readsPerCaller),
    }),
    recorder: new CallLogRecorder(database, recordingMetrics, tellTrouble),
    recordingSecret: secrets.recording,
    redactor,
    ...keyServices,
    recordingMetrics,
    consistency,
  };
  const apollo = new ApolloServer<Context & LoggedContext & MeasuredContext>({
    gateway: operationsOf(schema),
    // Apollo gives on what it is given here, to us.
    stringifyResult: (answer) => printAnswer(answer) as unknown as string,
    formatError: http.introspection ? formatError : withoutSuggestions(formatError),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    introspection: http.introspection,
    csrfPrevention: { requestHeaders: PREFLIGHTED },
    parseOptions: { maxLexicalTokens: limits.tokens },
    validationRules: [reportRefusal],
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      logUnexpected(tellTrouble),
      limitDocuments(limits),
      readApart(),
      limitCost(limits),
      reportSources(),
      answerUnavailable(),
      reportRedactions(),
      answerPlainJson(),
      tellOutcome(),
    ],
  });
  const stopFingerprints = await keepFingerprints(database, keyServices, (error) => {
    // A database that is down is told of by whatever else needs it.
    if (!troubleOf(error)) app.log.warn({ err: error }, 'could not read which provider keys there are');
  });
  await apollo.start();
  await registerBrowserSecurity(app, http.corsOrigins);
  registerErrors(app);
  // First, so that whoever opens the page is not taken for a client that accepts no JSON.
  await registerGraphiql(app);
  const verifyJwt = config.identityProvider && jwtVerifier(config.identityProvider, app.log);
  const authenticator = new Authenticator(new TokenLookup(database, app.log), verifyJwt);
  const authenticate = await registerAuthentication(app, authenticator, http.signInFailures);
  const contextOf = (request: FastifyRequest) =>
    Object.assign(
      createContext(services, request.caller, () => request.raw.socket.destroyed),
      {
        requestId: request.id,
        log: request.log,
        outcome: request.outcome ?? { operation: 'none', field: 'none' },
      },
    );
  await app.register(async (api) => {
    api.addHook('onRequest', requests.measure);
    const shared = await limitRequests(api, http);
    await registerGraphql(api, apollo, http, shared, authenticate, contextOf);
    await registerIngest(api, http, shared, authenticate, contextOf, rowReader(schema));
  });
  const reasonOfCheck = whyUnfit(consistency, (error) => {
    app.log.warn({ err: error }, 'could not check the database');
  });
  registerHealth(app, database, reasonOfCheck);
  measurePools(registry, database);
  measureBacklog(registry, backlogReader(database));
  registerMetrics(app, registry, config.metrics ?? { access: 'on', token: undefined }, authenticate);

  const forgetting = setInterval(() => {
    forgetOldKeys(database.sql).catch((error: unknown) => {
      app.log.warn({ err: error }, 'could not delete old idempotency keys');
    });
  }, HOUR_MS).unref();
  app.addHook('onClose', async () => {
    clearInterval(forgetting);
    await stopFingerprints();
    await apollo.stop();
  });
  return app;
}

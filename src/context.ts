import { unlimitedCaller, type Caller } from './access/caller.js';
import { CallLogRecorder } from './call-logs/recording/call-log-recorder.js';
import type { RecordingContext, RecordingServices } from './call-logs/recording/recording-context.js';
import { UNMEASURED } from './call-logs/recording/recording-metrics.js';
import type { ConsistencyContext, ConsistencyServices } from './consistency/check.js';
import type { Database } from './database/database.js';
import { Cursors } from './graphql/cursors.js';
import { createRequestContext, requestServices, type RequestServices } from './graphql/request-context.js';
import { KeyFingerprints } from './keys/key-fingerprints.js';
import { rotationTurns, type KeyContext, type KeyServices } from './keys/key-context.js';
import { KeyVault } from './keys/key-vault.js';

/** What all requests to one server share. */
export interface Services extends RequestServices, RecordingServices, KeyServices, ConsistencyServices {}

/** What one request works with: the contexts of all features. A resolver names the one of its own feature. */
export interface Context extends RecordingContext, KeyContext, ConsistencyContext {}

/** @param isAbandoned whether whoever made the request has hung up */
export function createContext(services: Services, caller: Caller, isAbandoned: () => boolean): Context {
  return createRequestContext(services, caller.id, { ...services, caller, isAbandoned });
}

/** The context in which the API's own code is traced: nothing in it reaches beyond the given database. */
export function dryContext(database: Database): Context {
  const services = {
    ...requestServices(database, { cursors: new Cursors('dry run') }),
    recorder: new CallLogRecorder(database, UNMEASURED, () => undefined),
    recordingSecret: 'dry run',
    keyVault: new KeyVault('plaintext', []),
    tryApiKey: () => Promise.reject(new Error('A dry run asks no provider.')),
    fingerprintSecret: 'dry run',
    recordingMetrics: UNMEASURED,
    keyFingerprints: new KeyFingerprints('dry run'),
    redactor: undefined,
    rotationTurns: rotationTurns(),
    consistency: () => Promise.reject(new Error('A check does not check itself.')),
  };
  return createContext(services, unlimitedCaller('dry run'), () => false);
}

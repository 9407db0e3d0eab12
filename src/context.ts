import { unlimitedCaller, type Caller, type CallerContext } from './access/caller.js';
import type { ConsistencyContext, ConsistencyServices } from './consistency/check.js';
import type { Database } from './database/database.js';
import { Cursors } from './graphql/cursors.js';
import { createRequestContext, requestServices, type RequestServices } from './graphql/request-context.js';
import type { KeyContext, KeyServices } from './keys/key-context.js';
import { KeyVault } from './keys/key-vault.js';

/** What all requests to one server share. */
export interface Services extends RequestServices, KeyServices, ConsistencyServices {}

/** What one request works with: the contexts of all features. A resolver names the one of its own feature. */
export interface Context extends CallerContext, KeyContext, ConsistencyContext {}

export function createContext(services: Services, caller: Caller): Context {
  return createRequestContext(services, caller.id, { ...services, caller });
}

/** The context in which the API's own code is traced: nothing in it reaches beyond the given database. */
export function dryContext(database: Database): Context {
  const services = {
    ...requestServices(database, { cursors: new Cursors('dry run') }),
    keyVault: new KeyVault('plaintext', []),
    tryApiKey: () => Promise.reject(new Error('A dry run asks no provider.')),
    fingerprintSecret: 'dry run',
    consistency: () => Promise.reject(new Error('A check does not check itself.')),
  };
  return createContext(services, unlimitedCaller('dry run'));
}

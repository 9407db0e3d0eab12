import type { Check } from './check.js';

declare module '../graphql/context.js' {
  interface Services {
    /** Looks whether the database of this server and the schema that it serves agree. */
    consistency: Check;
  }
}

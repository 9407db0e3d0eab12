import type { Serving } from './child-process.js';

/** The three that are compared. */
export type ServerName = 'llm-call-log' | 'PostGraphile' | 'bare';

/** One of them, serving a bench database over 10 connections to it. */
export interface Server extends Serving {
  name: ServerName;
  /** Sent with each request. */
  headers: Record<string, string>;
}

/** Most connections of a server to the database. */
export const CONNECTIONS = 10;

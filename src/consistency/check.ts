import type { GraphQLSchema } from 'graphql';
import type { CallerContext } from '../access/caller.js';
import type { Database } from '../database/database.js';
import { DEPRECATED_TABLES } from '../database/migrating/deprecated-tables.js';
import { migrationStates, type MigrationState } from '../database/migrating/migration-record.js';
import { compareTables } from '../database/structure/compare-tables.js';
import { entityTables } from '../database/structure/entity-tables.js';
import { Risk, worst, type Finding } from '../database/structure/finding.js';
import { readLiveTables, type LiveTables } from '../database/structure/live-tables.js';
import { loadParser } from '../database/structure/sql-parser.js';
import { fromDate } from '../database/timestamp.js';
import { apiFindings } from './api-findings.js';
import type { ApiUse } from './api-use.js';
import { migrationFindings } from './migration-findings.js';
import type { Report } from './report.js';
import { tableReports } from './table-reports.js';
import { adviseRebuild, readUsageUpkeep, usageFindings, type UsageUpkeep } from './usage-findings.js';

/** What to do about a catalogue that cannot be read, by SQLSTATE. */
const UNREADABLE: Record<string, string> = {
  '42501': 'Grant the user SELECT on what the message names, or check as the owner of the tables.',
  '55P03': 'Somebody is altering a table; check again when that is done.',
};

/** Looks whether live database, migrations, entities and schema agree. It changes nothing. */
export type Check = () => Promise<Report>;

/** What requests about consistency work with. */
export interface ConsistencyServices {
  /** Looks whether the database of this server and the schema that it serves agree. */
  consistency: Check;
}

export interface ConsistencyContext extends CallerContext, ConsistencyServices {}

/**
 * Makes the check of one database against one schema.
 *
 * @param use how the schema's fields use the database
 */
export function createCheck(database: Database, schema: GraphQLSchema, use: ApiUse): Check {
  return async () => {
    await loadParser();
    return check(database, schema, use);
  };
}

async function check(database: Database, schema: GraphQLSchema, use: ApiUse): Promise<Report> {
  const expected = entityTables(database.orm);
  const names = [...expected, ...DEPRECATED_TABLES].map(({ name }) => name);
  const checkedAt = fromDate(new Date());
  const read = await readCatalogues(database, [...new Set(names)]);
  const findings = [
    ...(read.unreadable ? [read.unreadable] : compareTables(expected, read.live).map(adviseRebuild)),
    ...(read.usage ? usageFindings(read.usage) : []),
    ...migrationFindings(read.migrations),
    ...apiFindings(expected, schema, use),
  ];
  const order = [Risk.HIGH, Risk.MEDIUM, Risk.LOW];
  findings.sort((one, other) => order.indexOf(one.risk) - order.indexOf(other.risk));
  return {
    checkedAt,
    complete: !read.unreadable,
    risk: worst(findings),
    migrations: read.migrations.map(({ name, ranAt }) => ({ name, ranAt })),
    tables: read.unreadable ? [] : tableReports(expected, read.live, use, findings),
    findings,
  };
}

interface Catalogues {
  live: LiveTables;
  migrations: MigrationState[];
  usage?: UsageUpkeep | undefined;
  /** Why there is nothing in the rest. */
  unreadable?: Finding;
}

async function readCatalogues(database: Database, names: string[]): Promise<Catalogues> {
  try {
    const live = await readLiveTables(database.sql, names);
    const usage = await readUsageUpkeep(database.sql, live);
    return { live, usage, migrations: await migrationStates(database) };
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    const advice = UNREADABLE[code];
    if (advice === undefined) throw error;
    const live = { tables: new Map(), elsewhere: new Map() };
    return { live, migrations: [], unreadable: unreadable(message, advice) };
  }
}

function unreadable(message: string, advice: string): Finding {
  return {
    kind: 'CATALOGUE_UNREADABLE',
    risk: Risk.HIGH,
    table: null,
    column: null,
    problem: `The catalogues of the database could not be read: ${message}.`,
    effect: 'Nothing is known about the tables.',
    advice,
  };
}

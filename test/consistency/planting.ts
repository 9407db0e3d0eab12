import { afterEach, beforeEach, expect } from '@jest/globals';
import { Client } from 'pg';
import { API_USE } from '../../src/consistency/api-use.js';
import { createCheck } from '../../src/consistency/check.js';
import type { Report } from '../../src/consistency/report.js';
import { openDatabase, type Database } from '../../src/database/database.js';
import type { Finding } from '../../src/database/structure/finding.js';
import { entities } from '../../src/entities.js';
import { createSchema } from '../../src/schema.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';

/** A migrated database for each test, to do harm to. */
export interface Planting {
  url: string;
  database: Database;
  client: Client;
  check: () => Promise<Report>;
}

export function usePlanting(): Planting {
  const held = {} as Planting;
  let schema: ReturnType<typeof createSchema> | undefined;
  beforeEach(async () => {
    held.url = await createTestDatabase();
    held.client = new Client({ connectionString: held.url });
    await held.client.connect();
    held.database = await openDatabase(held.url, entities, 2);
    let check: (() => Promise<Report>) | undefined;
    held.check = async () => {
      check ??= createCheck(held.database, await (schema ??= createSchema()), API_USE);
      return check();
    };
  });
  afterEach(async () => {
    await held.database.close();
    await held.client.end();
    await dropTestDatabase(held.url);
  });
  return held;
}

/** What is said of a fault, besides the sentences. */
export type Place = Pick<Finding, 'kind' | 'risk' | 'table' | 'column'>;

/** Does harm, and expects one finding of it. Where `heal` is given, the advice is followed, and everything is well. */
export async function expectFinding(
  { client, check }: Planting,
  harm: string,
  place: Place,
  { problem, heal }: { problem: string; heal: boolean },
): Promise<Finding> {
  await client.query(harm);
  const { findings } = await check();
  const [finding] = findings;
  expect(findings).toHaveLength(1);
  expect(finding).toMatchObject(place);
  expect(finding?.problem).toBe(problem);
  expect(finding?.effect).toMatch(/^[A-Z].*\.$/);
  if (heal) {
    await followAdvice(client, finding!);
    expect((await check()).findings).toEqual([]);
  }
  return finding!;
}

/** Runs the SQL in a piece of advice. */
async function followAdvice(client: Client, { advice }: Finding): Promise<void> {
  const statements = advice.match(/(ALTER|CREATE|DROP|REINDEX) [^;]*;/g) ?? [];
  expect(statements).not.toEqual([]);
  for (const statement of statements) await client.query(statement);
}

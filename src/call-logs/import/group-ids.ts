import type { Client } from 'pg';

/** Held to the end of the transaction that makes groups, so that two imports do not make one name twice. */
const MAKE_GROUPS_LOCK = 7_301_008;

/** Numbers of groups by name, as one transaction sees them. */
export class GroupIds {
  #byName = new Map<string, number>();
  #ids = new Set<number>();

  constructor(private readonly client: Client) {}

  /** Reads the groups that there are. Of several with one name, the lowest number counts. */
  async read(): Promise<void> {
    const { rows } = await this.client.query<{ id: number; name: string }>(
      'SELECT id, name FROM groups ORDER BY id DESC',
    );
    for (const { id, name } of rows) this.#add(id, name);
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  idOf(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /** Makes the groups that are still not there when no other import can make them. */
  async make(names: Set<string>): Promise<void> {
    await this.client.query('SELECT pg_advisory_xact_lock($1)', [MAKE_GROUPS_LOCK]);
    await this.read();
    const missing = [...names].filter((name) => !this.#byName.has(name));
    if (missing.length === 0) return;
    const { rows } = await this.client.query<{ id: number; name: string }>(
      'INSERT INTO groups (name) SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS given (name, place) ORDER BY place RETURNING id, name',
      [missing],
    );
    for (const { id, name } of rows) this.#add(id, name);
  }

  #add(id: number, name: string): void {
    this.#byName.set(name, id);
    this.#ids.add(id);
  }
}

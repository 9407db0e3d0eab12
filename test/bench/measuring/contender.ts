import type { Case, GraphQLSide } from '../cases/case.js';
import type { Server, ServerName } from '../servers/server.js';
import { HttpClient } from './http-client.js';

const ERRORS = Buffer.from('{"errors"');

/** A server in a case, asked in the way that is its own. */
export class Contender {
  readonly asked: Case;
  readonly server: Server;
  readonly #prepared: Record<string, unknown>;
  #turns = 0;

  private constructor(asked: Case, server: Server, prepared: Record<string, unknown>) {
    this.asked = asked;
    this.server = server;
    this.#prepared = prepared;
  }

  /** Finds out what the case needs to know of the server first. */
  static async enter(asked: Case, server: Server): Promise<Contender> {
    const { prepare } = sideOf(asked, server.name) ?? {};
    if (!prepare) return new Contender(asked, server, {});
    const client = new HttpClient(server);
    const prepared = await prepare(async (query, variables) => {
      const { body } = await client.post('/graphql', JSON.stringify({ query, variables }));
      return (JSON.parse(body.toString()) as { data: never }).data;
    });
    await client.close();
    return new Contender(asked, server, prepared);
  }

  /** How many clients ask it at the same time. */
  get clients(): number {
    const { insteadOf } = this.asked.postgraphile;
    return (this.server.name === 'PostGraphile' ? insteadOf?.clients : undefined) ?? this.asked.clients;
  }

  /** How many calls were written by so many requests. */
  written(requests: number): number {
    return requests * (this.asked.writes?.[this.server.name] ?? 0);
  }

  /** How many requests it has had, the one for its figures not counted. */
  get turns(): number {
    return this.#turns;
  }

  /**
   * Asks for the case once more.
   *
   * @throws an error with the answer where it is none of what was asked for
   */
  async ask(client: HttpClient): Promise<void> {
    await this.#ask(client, (this.#turns += 1));
  }

  /** Asks for turn 0, and brings the answer into the form that all servers' answers are compared in. */
  async figures(): Promise<unknown> {
    const client = new HttpClient(this.server);
    try {
      const answer = JSON.parse((await this.#ask(client, 0)).toString()) as { data: never };
      const side = sideOf(this.asked, this.server.name);
      return side ? side.figures(answer.data) : answer;
    } finally {
      await client.close();
    }
  }

  async #ask(client: HttpClient, turn: number): Promise<Buffer> {
    const [path, request] = this.#requestOf(turn);
    const { status, body } = await client.post(path, JSON.stringify(request));
    if (status !== 200 || body.subarray(0, ERRORS.length).equals(ERRORS)) {
      const said = body.toString().slice(0, 1000);
      throw new Error(`${this.server.name} fails at ${this.asked.name}: ${status} ${said}`);
    }
    return body;
  }

  #requestOf(turn: number): [path: string, request: unknown] {
    const side = sideOf(this.asked, this.server.name);
    if (!side) return ['/', { name: this.asked.name, turn, input: this.asked.bareInput?.(turn) }];
    return ['/graphql', { query: side.query, variables: { ...this.#prepared, ...side.variables?.(turn) } }];
  }
}

function sideOf(asked: Case, name: ServerName): GraphQLSide | undefined {
  if (name === 'bare') return undefined;
  return name === 'PostGraphile' ? asked.postgraphile : asked.ours;
}

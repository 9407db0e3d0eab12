import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FrontendMessages } from './frontend-messages.js';

/**
 * What happens to the answer of a statement that PostgreSQL has carried out: its connection ends, or keeps silent, or
 * all connections end and none can be had.
 */
export type LostAnswer = 'cut' | 'swallowed' | 'cut with all others';

/** One connection through the proxy. */
interface Line {
  client: Socket;
  upstream: Socket;
  /** Neither end hears of the other any more, and neither is told. */
  isSwallowed: boolean;
  /** The answer that is under way is to be lost. */
  losing: LostAnswer | undefined;
  /** When everything before has been passed on. */
  passed: Promise<void>;
}

/** ReadyForQuery, the last message of every answer, without the byte that tells of a transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);

/** Stands between a server and its PostgreSQL on 127.0.0.1, and fails in the ways that networks do. */
export class FaultProxy {
  readonly #lines = new Set<Line>();
  #listener: Server;
  #targetPort: number;
  #hangsUp = false;
  #swallowsNew = false;
  #delay = 0;
  #lost: { statement: RegExp; how: LostAnswer; left: number } | undefined;
  port = 0;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#listener = this.#createListener();
  }

  /** Listens on a free port, and passes everything on. */
  static async to(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    await proxy.#listen(0);
    return proxy;
  }

  /** New connections are closed at their first statement. */
  hangUpAtFirstStatement(): void {
    this.#hangsUp = true;
  }

  /** Open connections become black holes; new ones work. PostgreSQL sees no end of them either. */
  swallowOpen(): void {
    for (const line of this.#lines) line.isSwallowed = true;
  }

  /** All connections become black holes, those to come too. */
  swallowAll(): void {
    this.swallowOpen();
    this.#swallowsNew = true;
  }

  /** The answers to the next statements of a kind never arrive, though PostgreSQL has carried them out. */
  loseAnswers(statement: RegExp, how: LostAnswer, count: number): void {
    this.#lost = { statement, how, left: count };
  }

  /** How many of those answers are still to be lost. */
  get answersToLose(): number {
    return this.#lost?.left ?? 0;
  }

  /** Everything arrives later, in either direction. */
  delayBy(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  /** Open connections end by RST. */
  reset(): void {
    for (const { client, upstream } of this.#lines) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  }

  /** Nobody listens any more, and open connections end by RST. */
  async refuse(): Promise<void> {
    this.#listener.close();
    this.reset();
    await once(this.#listener, 'close');
  }

  /** New connections lead to another PostgreSQL. */
  turnTo(targetPort: number): void {
    this.#targetPort = targetPort;
  }

  /** Passes everything on again; what was swallowed stays so. */
  async heal(): Promise<void> {
    this.#hangsUp = false;
    this.#swallowsNew = false;
    this.#delay = 0;
    this.#lost = undefined;
    if (!this.#listener.listening) {
      this.#listener = this.#createListener();
      await this.#listen(this.port);
    }
  }

  async close(): Promise<void> {
    if (this.#listener.listening) await this.refuse();
    for (const { client, upstream } of this.#lines) for (const end of [client, upstream]) end.destroy();
  }

  #createListener(): Server {
    return createServer((client) => {
      this.#connect(client);
    });
  }

  async #listen(port: number): Promise<void> {
    this.#listener.listen(port, '127.0.0.1');
    await once(this.#listener, 'listening');
    this.port = (this.#listener.address() as AddressInfo).port;
  }

  #connect(client: Socket): void {
    const upstream = connect(this.#targetPort, '127.0.0.1');
    const line: Line = {
      ...{ client, upstream, isSwallowed: this.#swallowsNew },
      ...{ losing: undefined, passed: Promise.resolve() },
    };
    let isFresh = true;
    this.#lines.add(line);
    const messages = new FrontendMessages();
    for (const end of [client, upstream]) end.setNoDelay(true).on('error', () => undefined);
    client.on('data', (piece) => {
      const statements = messages.statementsIn(piece);
      if (statements.length > 0 && isFresh && this.#hangsUp) {
        client.destroy();
        return;
      }
      if (statements.length > 0) isFresh = false;
      if (statements.some((statement) => this.#loses(statement))) line.losing = this.#lost?.how;
      this.#pass(line, upstream, piece);
    });
    upstream.on('data', (piece) => {
      if (line.losing === undefined) this.#pass(line, client, piece);
      // Only once PostgreSQL is done: until then it might take the statement back.
      else if (piece.subarray(-6, -1).equals(READY)) {
        if (line.losing === 'cut') client.resetAndDestroy();
        else if (line.losing === 'swallowed') line.isSwallowed = true;
        else {
          this.#hangsUp = true;
          this.reset();
        }
      }
    });
    client.on('close', () => {
      // The other end of a half-open connection is not told.
      if (line.isSwallowed) return;
      upstream.destroy();
      this.#lines.delete(line);
    });
    upstream.on('close', () => {
      if (!line.isSwallowed) client.destroy();
      if (client.destroyed) this.#lines.delete(line);
    });
  }

  #loses(statement: string): boolean {
    if (!this.#lost || this.#lost.left === 0 || !this.#lost.statement.test(statement)) return false;
    this.#lost.left -= 1;
    return true;
  }

  #pass(line: Line, to: Socket, piece: Buffer): void {
    const due = performance.now() + this.#delay;
    line.passed = line.passed.then(async () => {
      const early = due - performance.now();
      if (early > 0) await sleep(early);
      if (!line.isSwallowed && to.writable) to.write(piece);
    });
  }
}

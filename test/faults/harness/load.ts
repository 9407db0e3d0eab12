import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { Ledger } from './ledger.js';
import { record, type CallInput, type Told } from './request.js';
import { brokenRules, isMistake, saysNothingWritten } from './rules.js';

/** A client that sends one request after the other. */
export interface ClientPlan {
  /** What its markers begin with; no other client's do. */
  name: string;
  /** Whether its calls have idempotency keys, by which it sends again whatever may not have been written. */
  isKeyed: boolean;
  /** Calls of a request; one goes by recordCallLog, more by recordCallLogs. */
  calls: number;
  /** About how long each call is. */
  bytes: number;
  /** Numbers of groups that its calls name in turn; none if left out. */
  groups?: readonly string[];
  /** Milliseconds between its requests. */
  pause?: number;
  /** It sends one request, and is content with any answer. */
  isOnce?: boolean;
}

/** What clients saw, as often as they saw it, by HTTP status and code. */
export type Seen = Record<string, number>;

const SMALL = 200;
const LARGE = 60_000;

/** Clients of every kind: with keys and without, by one call and by several, small calls and large ones. */
export function mixedClients(count: number): ClientPlan[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `c${index}`,
    isKeyed: index % 2 === 0,
    calls: index % 4 < 2 ? 1 : 7,
    bytes: index % 8 === 4 || index % 8 === 5 ? LARGE : SMALL,
    groups: [String((index % 2) + 1)],
  }));
}

/** Clients that each send one call of 60 KB, once. */
export function largeCalls(count: number): ClientPlan[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ name: `large-${index}`, isKeyed: true, calls: 1, bytes: LARGE, isOnce: true },
  }));
}

/** Of one code; some name a call or a limit, and so differ for ever. */
const MOST_SENTENCES = 10;

/** Never longer, so that gaps are the server's and not the clients'. */
const LONGEST_PAUSE_MS = 1_000;
const SHORTEST_PAUSE_MS = 50;

/** One client at work. */
class Client {
  acknowledged = 0;
  /** Requests that were answered, in whatever way. */
  answered = 0;
  readonly plan: ClientPlan;
  readonly load: Load;
  #sent = 0;

  constructor(plan: ClientPlan, load: Load) {
    this.plan = plan;
    this.load = load;
  }

  async run(): Promise<void> {
    do {
      await this.#recordAll(this.#freshCalls());
      if (this.plan.pause) await sleep(this.plan.pause);
    } while (!this.load.isStopping && !this.plan.isOnce);
  }

  /** Sends calls until each is acknowledged, refused for good, or may have been written without a key to tell. */
  async #recordAll(fresh: CallInput[]): Promise<void> {
    for (let calls = fresh; calls.length > 0 && !this.load.isStopping;) {
      const began = performance.now();
      for (const call of calls) this.load.ledger.note('sent', markerOf(call));
      const answer = await record(this.load.url, calls, this.plan.calls > 1);
      this.load.hear(answer.status, answer.told, performance.now() - began);
      for (const broken of brokenRules(answer)) this.load.broken.add(broken);
      this.answered += 1;
      const left = calls.filter((call, index) => this.#isToSendAgain(call, answer.told[index] ?? {}));
      calls = this.plan.isOnce ? [] : left;
      const wished = (answer.retryAfter ?? 0) * 1000;
      if (calls.length > 0) await sleep(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, wished)));
    }
  }

  #isToSendAgain(call: CallInput, told: Told): boolean {
    const { ledger } = this.load;
    const { id, code = 'NOTHING' } = told;
    const marker = markerOf(call);
    if (id !== undefined) {
      ledger.note('acknowledged', marker, { id });
      this.acknowledged += 1;
      return false;
    }
    const isRefused = saysNothingWritten(told);
    ledger.note(isRefused ? 'refused' : 'unknown', marker, { code });
    return !isMistake(told) && (isRefused || this.plan.isKeyed);
  }

  #freshCalls(): CallInput[] {
    const { name, isKeyed, calls, bytes, groups = [] } = this.plan;
    return Array.from({ length: calls }, (_, index) => {
      const marker = `${name}-${(this.#sent += 1)}`;
      return {
        ...{ status: 'SUCCESS', activationCode: marker, promptTokens: 3, completionTokens: 4, durationMs: 5 },
        requestParams: { model: 'a-model' },
        requestMessages: [{ role: 'user', content: 'x'.repeat(bytes) }],
        ...(isKeyed ? { idempotencyKey: marker } : {}),
        groupId: groups[index % groups.length] ?? null,
      };
    });
  }
}

function markerOf(call: CallInput): string {
  return call['activationCode'] as string;
}

/** Clients that record as fast as they are answered, and what they saw. */
export class Load {
  readonly url: string;
  readonly ledger: Ledger;
  isStopping = false;
  readonly seen: Seen = {};
  /** The sentences that came with each code, as far as they differ. */
  readonly sentences: Record<string, string[]> = {};
  /** Rules that answers broke. */
  readonly broken = new Set<string>();
  /** Milliseconds; the longest in which no client at all was told that a call is recorded. */
  longestGap = 0;
  /** Milliseconds that the slowest answer took. */
  slowest = 0;
  #lastAcknowledged = performance.now();
  #clients: Client[] = [];
  #work: Promise<void>[] = [];

  constructor(url: string, ledger: Ledger) {
    this.url = url;
    this.ledger = ledger;
  }

  /** How many calls clients of these names were told are recorded. */
  countOf(of: (name: string) => boolean): number {
    return this.#clients
      .filter(({ plan }) => of(plan.name))
      .reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  /** Lets more clients begin. */
  start(plans: readonly ClientPlan[]): void {
    this.#lastAcknowledged = performance.now();
    const clients = plans.map((plan) => new Client(plan, this));
    this.#clients.push(...clients);
    this.#work.push(...clients.map((client) => client.run()));
  }

  /** Waits until the requests that are open are answered; no more are sent. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.#work);
    this.#noteGap();
  }

  /**
   * Waits until every client was told that some more of its calls are recorded.
   *
   * @param of only clients of these names; those that send once are left out
   * @returns the names of those that were not, where it took too long
   */
  acknowledged(more: number, within: number, of?: (name: string) => boolean): Promise<string[]> {
    return this.#advanced((client) => client.acknowledged, more, within, of);
  }

  /** The same for answers of any kind. */
  answered(more: number, within: number, of?: (name: string) => boolean): Promise<string[]> {
    return this.#advanced((client) => client.answered, more, within, of);
  }

  hear(status: number, told: readonly Told[], took: number): void {
    this.slowest = Math.max(this.slowest, took);
    for (const { id, code = 'NOTHING', message } of told) {
      const label = id === undefined ? `${status || '–'} ${code}` : 'recorded';
      this.seen[label] = (this.seen[label] ?? 0) + 1;
      if (message !== undefined) this.#keepSentence(code, message);
    }
    if (told.some(({ id }) => id !== undefined)) this.#noteGap();
  }

  #keepSentence(code: string, sentence: string): void {
    const known = (this.sentences[code] ??= []);
    if (known.length < MOST_SENTENCES && !known.includes(sentence)) known.push(sentence);
  }

  #noteGap(): void {
    const now = performance.now();
    this.longestGap = Math.max(this.longestGap, now - this.#lastAcknowledged);
    this.#lastAcknowledged = now;
  }

  async #advanced(
    count: (client: Client) => number,
    more: number,
    within: number,
    of: (name: string) => boolean = () => true,
  ): Promise<string[]> {
    const asked = this.#clients.filter(({ plan }) => !plan.isOnce && of(plan.name));
    const before = new Map(asked.map((client) => [client, count(client)]));
    const behind = () =>
      asked.filter((client) => count(client) < (before.get(client) ?? 0) + more).map(({ plan }) => plan.name);
    const deadline = performance.now() + within;
    await eventually(() => behind().length === 0 || performance.now() > deadline);
    return behind();
  }
}

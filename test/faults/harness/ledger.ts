import { appendFileSync, readFileSync } from 'node:fs';

/** What became of one attempt to record a call, or that it was begun. */
export type Event = 'sent' | 'acknowledged' | 'refused' | 'unknown';

interface Entry {
  /** Milliseconds since the process began. */
  at: number;
  event: Event;
  /** What no other call has: it is the call's activation code. */
  marker: string;
  /** Of an acknowledged call: its number in the log. */
  id?: string;
  /** Of one that was refused or is unknown: as the client saw it. */
  code?: string;
}

/** A call in the table. */
export interface StoredCall {
  id: string;
  marker: string;
}

/** The ledger against the table: numbers of calls, and markers where something is wrong. */
export interface Judgement {
  sent: number;
  acknowledged: number;
  /** Every attempt was answered in a way that says nothing was written. */
  refused: number;
  /** At least one attempt may have been written, and none was acknowledged. */
  unknown: number;
  /** Acknowledged, and not stored under the number that was given. */
  lost: string[];
  /** Stored more than once. */
  doubled: string[];
  /** Stored and never sent, or stored though it was refused. */
  invented: string[];
}

/** What clients sent and were told, in a file that is only ever appended to: a JSON object on each line. */
export class Ledger {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  note(event: Event, marker: string, rest: { id?: string; code?: string } = {}): void {
    const entry: Entry = { at: Math.round(performance.now()), event, marker, ...rest };
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  /** Compares what the file says with what is stored. */
  judge(stored: readonly StoredCall[]): Judgement {
    const told = new Map<string, { events: Set<Event>; id?: string }>();
    for (const line of readFileSync(this.#file, 'utf8').trimEnd().split('\n')) {
      if (line === '') continue;
      const { marker, event, id } = JSON.parse(line) as Entry;
      const call = told.get(marker) ?? { events: new Set() };
      call.events.add(event);
      if (id !== undefined) call.id = id;
      told.set(marker, call);
    }
    const ids = Map.groupBy(stored, ({ marker }) => marker);
    const judgement: Judgement = {
      ...{ sent: told.size, acknowledged: 0, refused: 0, unknown: 0 },
      ...{ lost: [], doubled: [], invented: [] },
    };
    for (const [marker, { events, id }] of told) {
      const found = ids.get(marker) ?? [];
      if (found.length > 1) judgement.doubled.push(marker);
      if (events.has('acknowledged')) {
        judgement.acknowledged += 1;
        if (!found.some((call) => call.id === id)) judgement.lost.push(marker);
      } else if (events.has('unknown') || !events.has('refused')) {
        judgement.unknown += 1;
      } else {
        judgement.refused += 1;
        if (found.length > 0) judgement.invented.push(marker);
      }
    }
    for (const marker of ids.keys()) if (!told.has(marker)) judgement.invented.push(marker);
    return judgement;
  }
}

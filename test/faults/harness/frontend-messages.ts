/** A message of a client of PostgreSQL: its type, and as much of what is in it as tells which statement it is. */
interface Message {
  type: string;
  head: Buffer;
}

const HEAD_BYTES = 300;
const START_UP = 196_608;

/** Reads along what a client says to PostgreSQL (protocol 3.0), however it was cut into pieces. */
export class FrontendMessages {
  #pending = Buffer.alloc(0);
  #toSkip = 0;
  #isStarted = false;
  readonly #prepared = new Map<string, string>();

  /** The statements that a piece completes the naming of: parsed, bound, or sent as a simple query. */
  statementsIn(piece: Buffer): string[] {
    return this.#messagesIn(piece).flatMap((message) => this.#statementOf(message) ?? []);
  }

  #statementOf({ type, head }: Message): string | undefined {
    const [first = '', second = ''] = head.toString('latin1').split('\0');
    if (type === 'Q') return first;
    if (type === 'P') this.#prepared.set(first, second);
    // A bind names a portal, and the statement behind it.
    return type === 'B' ? this.#prepared.get(second) : undefined;
  }

  #messagesIn(piece: Buffer): Message[] {
    const found: Message[] = [];
    this.#pending = Buffer.concat([this.#pending, piece]);
    for (;;) {
      const skipped = Math.min(this.#toSkip, this.#pending.length);
      this.#pending = this.#pending.subarray(skipped);
      this.#toSkip -= skipped;
      // What a connection begins with has no type.
      const typed = this.#isStarted ? 1 : 0;
      if (this.#toSkip > 0 || this.#pending.length < typed + 4) return found;
      const length = this.#pending.readUInt32BE(typed);
      const head = Math.min(length - 4, HEAD_BYTES);
      if (this.#pending.length < typed + 4 + head) return found;
      const message = {
        type: typed ? String.fromCharCode(this.#pending[0] ?? 0) : '',
        head: Buffer.from(this.#pending.subarray(typed + 4, typed + 4 + head)),
      };
      if (!typed && message.head.readUInt32BE(0) === START_UP) this.#isStarted = true;
      else if (typed) found.push(message);
      this.#toSkip = typed + length;
    }
  }
}

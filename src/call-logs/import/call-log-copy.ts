import type { Client } from 'pg';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';
import type { NewCallLog } from '../recording/prepare-call-log.js';
import { COPY_CALL_LOGS, copyLine } from './copy-text.js';

/** Characters that are gathered before they are sent. */
const PIECE_CHARACTERS = 64 * 1024;
/**
 * Bytes after which a COPY ends and the next one begins, in the same transaction: the server keeps
 * a note of every row until its COPY ends, to check foreign keys and for triggers.
 */
const MAX_COPY_BYTES = 64 * 1024 * 1024;

/**
 * Writes calls with COPY, within the transaction of a connection.
 *
 * Nothing else may run on the connection between {@link write} and {@link finish}.
 */
export class CallLogCopy {
  #stream: CopyStreamQuery | undefined;
  #text = '';
  #sent = 0;
  #fail: (error: Error) => void = () => undefined;
  #error: Error | undefined;

  constructor(private readonly client: Client) {}

  /** Takes calls over; waits while the database is slower than the caller. @throws what the database says */
  async write(calls: Iterable<NewCallLog>): Promise<void> {
    for (const call of calls) {
      this.#text += copyLine(call);
      if (this.#text.length >= PIECE_CHARACTERS) await this.#send();
    }
  }

  /** Sends what is left and waits until the database has it all. @throws what the database says */
  async finish(): Promise<void> {
    if (this.#text !== '') await this.#send();
    await this.#end();
  }

  async #send(): Promise<void> {
    const piece = Buffer.from(this.#text);
    this.#text = '';
    this.#stream ??= this.#begin();
    const stream = this.#stream;
    await this.#orError((done) => stream.write(piece, done));
    this.#sent += piece.length;
    if (this.#sent >= MAX_COPY_BYTES) await this.#end();
  }

  #begin(): CopyStreamQuery {
    const stream = this.client.query(copyFrom(COPY_CALL_LOGS));
    // It may come at any time, such as when the connection is lost between two pieces.
    stream.on('error', (error) => {
      this.#error = error;
      this.#fail(error);
    });
    return stream;
  }

  async #end(): Promise<void> {
    const stream = this.#stream;
    if (!stream) return;
    await this.#orError((done) => stream.end(done));
    this.#stream = undefined;
    this.#sent = 0;
  }

  #orError(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.#error) reject(this.#error);
      else {
        start((error) => {
          if (error) reject(error);
          else resolve();
        });
      }
    });
  }
}

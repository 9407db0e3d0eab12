import { open, rm, type FileHandle } from 'node:fs/promises';
import { OperatorError } from '../../operator-error.js';

/** The file of the rows that were not imported, one JSON object a line: {line, reason, row}. */
export class Rejects {
  #rows: { line: number; reason: string; row: unknown }[] = [];
  #file: FileHandle | undefined;
  count = 0;

  private constructor(readonly path: string) {}

  /** Removes what an earlier import left there; the file is made with the first rejected row. */
  static async at(path: string): Promise<Rejects> {
    await rm(path, { force: true }).catch((error: unknown) => cannotWrite(path, error));
    return new Rejects(path);
  }

  /** @param reason a sentence, or the end of one that begins with "The row" */
  add(row: unknown, line: number, reason: string): void {
    this.#rows.push({ line, reason, row });
    this.count += 1;
  }

  /** Writes what was added. @throws OperatorError where the file cannot be written */
  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    // Some reasons are found only after the rows behind were read.
    const rows = this.#rows.sort((one, other) => one.line - other.line);
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    this.#rows = [];
    try {
      this.#file ??= await open(this.path, 'w');
      await this.#file.appendFile(text);
    } catch (error) {
      cannotWrite(this.path, error);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}

function cannotWrite(path: string, error: unknown): never {
  throw new OperatorError(
    `The file for rejected rows, ${path}, cannot be written: ${(error as Error).message}.`,
  );
}

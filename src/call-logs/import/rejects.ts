import { open, rm, type FileHandle } from 'node:fs/promises';
import { OperatorError } from '../../errors.js';

/** The file of the rows that were not imported, one JSON object a line: {line, reason, row}. */
export class Rejects {
  #lines: string[] = [];
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
    this.#lines.push(`${JSON.stringify({ line, reason, row })}\n`);
    this.count += 1;
  }

  /** Writes what was added. @throws OperatorError where the file cannot be written */
  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const text = this.#lines.join('');
    this.#lines = [];
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

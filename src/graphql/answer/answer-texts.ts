import { randomUUID } from 'node:crypto';
import type { GraphQLResolveInfo } from 'graphql';
import { encode, type ByteText } from '../../database/byte-text.js';

type Path = GraphQLResolveInfo['path'];

/** With a number, it stands for a text in what is printed around it. Nobody else knows it, so nothing else reads like it. */
const PLACE = randomUUID();
const PLACES = new RegExp(`"${PLACE}:(\\d+)"`);

/** JSON that goes into one answer as it is, neither parsed nor printed again; see README.md beside this. */
export class AnswerTexts {
  readonly #texts: (readonly ByteText[])[] = [];
  readonly #lists: { path: Path; place: string }[] = [];

  /**
   * @param pieces of the text of well-formed JSON
   * @returns what a leaf is to give in place of the value
   */
  keep(...pieces: ByteText[]): string {
    return this.#keep(pieces);
  }

  #keep(pieces: readonly ByteText[]): string {
    this.#texts.push(pieces);
    return `${PLACE}:${this.#texts.length - 1}`;
  }

  /**
   * @param items the text of each
   * @param path of the list in the answer
   * @returns what the list is to give in place of the items
   */
  keepList(items: readonly ByteText[], path: Path): [] {
    // Not joined: that would copy all of them once more.
    const pieces = items.flatMap((item, index) => [index === 0 ? '[' : ',', item]);
    this.#lists.push({ path, place: this.#keep(items.length === 0 ? ['[]'] : [...pieces, ']']) });
    return [];
  }

  /** The data of an answer with the texts that belong to it; as it is where none was kept. */
  complete(data: unknown): unknown {
    for (const { path, place } of this.#lists) putInPlace(data, path, place);
    return this.#texts.length === 0 ? data : new DataWithTexts(data, this.#texts);
  }
}

/** What is kept by the number in its place. */
class DataWithTexts {
  constructor(
    readonly data: unknown,
    readonly texts: readonly (readonly ByteText[])[],
  ) {}

  toJSON(): unknown {
    return this.data;
  }
}

/** Does nothing where an error has taken away what is around the list. */
function putInPlace(data: unknown, { key, prev }: Path, place: string): void {
  const around = valueAt(data, prev) as Record<string | number, unknown> | null | undefined;
  if (around) around[key] = place;
}

function valueAt(data: unknown, path: Path | undefined): unknown {
  if (!path) return data;
  return (valueAt(data, path.prev) as Record<string | number, unknown> | null | undefined)?.[path.key];
}

/**
 * Prints an answer as JSON, in UTF-8. Its texts are written one after the other into what is sent: of a large answer, one
 * text of all would be the largest thing that a request makes, and take as long to clear away as to make.
 */
export function printAnswer(answer: { data?: unknown }): Buffer {
  const texts = answer.data instanceof DataWithTexts ? answer.data.texts : [];
  const around = JSON.stringify(answer).split(PLACES);
  const pieces = around.flatMap((piece, index) =>
    index % 2 === 0 ? [encode(piece)] : (texts[Number(piece)] ?? []),
  );
  pieces.push('\n');
  const bytes = Buffer.allocUnsafe(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) end += bytes.write(piece, end, 'latin1');
  return bytes;
}

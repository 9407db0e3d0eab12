import { Client, types, type ClientConfig, type CustomTypesConfig } from 'pg';
import { Parser } from 'pg-protocol/dist/parser.js';
import type { Duplex } from 'node:stream';
import { decode } from './byte-text.js';
import { FORMATS } from './session.js';

/** The type `character` without a length, which no column has, and which costs nothing to make of a text. */
const BYTES = 'bpchar';
const OID_OF_BYTES: Oid = types.builtins.BPCHAR;

/**
 * A value in SQL whose text {@link ByteClient} gives as bytes.
 *
 * @param value in SQL, of any type
 */
export function asBytes(value: string): string {
  return `(${value})::text::${BYTES}`;
}

/**
 * A connection that decodes no value of which the statement says {@link asBytes}. `pg` decodes all that comes, so the
 * method by which its connection reads is replaced.
 */
export class ByteClient extends Client {
  constructor(config: ClientConfig) {
    super({ ...config, types: decoding(config.types ?? types) });
    Object.assign(this.connection, { attachListeners: readBytes });
  }

  /** What `pg` asks for when it connects, and the formats that every statement is written for. */
  getStartupConf(): Record<string, string> {
    const { getStartupConf } = Client.prototype as unknown as Pick<ByteClient, 'getStartupConf'>;
    return { ...getStartupConf.call(this), ...FORMATS };
  }
}

function readBytes(this: Client['connection'], stream: Duplex): void {
  const parser = new Parser();
  Object.assign(parser['reader'], { encoding: 'latin1' });
  stream.on('data', (chunk: Buffer) => {
    parser.parse(chunk, (message) => {
      const { name } = message;
      if (name === 'error' || name === 'notice') decodeTexts(message);
      this.emit(name === 'error' ? 'errorMessage' : name, message);
    });
  });
}

function decodeTexts(message: object): void {
  // An error's own message is not enumerable.
  for (const property of Object.getOwnPropertyNames(message) as (keyof typeof message)[]) {
    const value: unknown = message[property];
    if (typeof value === 'string') Object.assign(message, { [property]: decode(value) });
  }
}

type Oid = Parameters<CustomTypesConfig['getTypeParser']>[0];
type Read = (text: string) => unknown;

function decoding(given: CustomTypesConfig): CustomTypesConfig {
  const readers = new Map<Oid, Read>();
  const readerOf = (type: Oid): Read => {
    if (type === OID_OF_BYTES) return (bytes) => bytes;
    const read = given.getTypeParser(type) as Read;
    return (bytes) => read(decode(bytes));
  };
  return {
    getTypeParser: ((type: Oid) => {
      let reader = readers.get(type);
      if (!reader) readers.set(type, (reader = readerOf(type)));
      return reader;
    }) as CustomTypesConfig['getTypeParser'],
  };
}

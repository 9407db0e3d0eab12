import { json } from './json.js';
import { ndjson } from './ndjson.js';
import type { Format } from './sent-calls.js';

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['application/x-ndjson', ndjson],
  ['application/jsonl', ndjson],
  ['application/json', json],
]);

/** The media types of bodies that calls are taken from. */
export const MEDIA_TYPES: readonly string[] = [...FORMATS.keys()];

/** @param contentType as the header has it, with or without parameters @returns undefined where it is none of ours */
export function formatOf(contentType: string | undefined): Format | undefined {
  const [type = ''] = (contentType ?? '').split(';');
  return FORMATS.get(type.trim().toLowerCase());
}

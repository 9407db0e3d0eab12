import { ERROR_CODES } from '../../graphql/errors.js';

const KNOWN = new Set<string>(ERROR_CODES);

/** A code as a label, of which there are to be few. */
export function boundedCode(code: string): string {
  return KNOWN.has(code) ? code : 'OTHER';
}

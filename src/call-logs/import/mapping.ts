import { OperatorError } from '../../operator-error.js';
import { TimeZone } from '../../graphql/scalars.js';
import { IMPORT_FIELDS, isImportField, type ImportField } from './fields.js';
import { prepareRow, readField, type RowValues } from './prepare-row.js';
import { valueReader } from './read-value.js';
import { timeReader, type ReadTime } from './times.js';

/** Which column or fixed value each field comes from, as the operator asked. */
export interface Mapping {
  columns: Map<ImportField, string>;
  fixed: RowValues;
  readTime: ReadTime;
}

/**
 * Reads what the operator asked for.
 *
 * @param map `field=column`, several of them separated by commas
 * @param set `field=value`
 * @param zone IANA zone of times without an offset
 * @throws OperatorError in one sentence that says what would be right
 */
export function parseMapping(map: string[], set: string[], zone: string): Mapping {
  const readTime = timeReader(parseZone(zone));
  const columns = new Map<ImportField, string>();
  const fixed: RowValues = {};
  const add = (field: ImportField) => {
    if (columns.has(field) || field in fixed) {
      throw new OperatorError(`${field} is given more than once in --map and --set; give it once.`);
    }
  };
  // A column's name may itself contain a comma: only one before the next "name=" separates.
  for (const pair of map.flatMap((pairs) => pairs.split(/,(?=\s*\w+\s*=)/))) {
    const [field, column] = splitPair('--map', pair, 'FIELD=COLUMN');
    add(field);
    columns.set(field, column);
  }
  for (const pair of set) {
    const [field, text] = splitPair('--set', pair, 'FIELD=VALUE');
    add(field);
    fixed[field] = readFixed(field, text, readTime);
  }
  const given = [...columns.keys(), ...Object.keys(fixed)];
  if (given.includes('group') && given.includes('groupId')) {
    throw new OperatorError('group and groupId both name the group of a call; give only one of them.');
  }
  return { columns, fixed, readTime };
}

function parseZone(zone: string): string {
  try {
    return TimeZone.parseValue(zone);
  } catch (error) {
    throw new OperatorError(`--time-zone: ${(error as Error).message}`);
  }
}

function splitPair(option: string, pair: string, form: string): [ImportField, string] {
  const at = pair.indexOf('=');
  const field = pair.slice(0, Math.max(at, 0)).trim();
  const value = pair.slice(at + 1);
  if (at < 0 || value === '') {
    throw new OperatorError(`${option} ${JSON.stringify(pair)} is not understood; write ${option} ${form}.`);
  }
  if (!isImportField(field)) {
    const fields = IMPORT_FIELDS.join(', ');
    throw new OperatorError(
      `${option} ${form}: there is no field ${JSON.stringify(field)}; the fields are ${fields}.`,
    );
  }
  return [field, value];
}

/** Reads a fixed value and checks it as part of a row, so that a bad one is refused before any file is read. */
function readFixed(field: ImportField, text: string, readTime: ReadTime): unknown {
  try {
    const value = readField(field, valueReader(field, 'text', readTime), text);
    prepareRow({ requestMessages: [], status: 'success', [field]: value });
    return value;
  } catch (error) {
    throw new OperatorError(`--set: ${(error as Error).message}`);
  }
}

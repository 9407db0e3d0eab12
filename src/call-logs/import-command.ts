import { Command, Option } from 'commander';
import type { UseDatabase } from '../database/open-configured.js';
import { IMPORT_FIELDS } from './import/fields.js';
import type { ImportOptions } from './import/plan-import.js';
import type { OpenRedactorConfig } from './recording/redaction.js';

/**
 * `import FILE…`: loads calls from CSV and JSON Lines.
 *
 * The process exits with 0 when all rows are in and with 3 when some were rejected; an OperatorError is
 * thrown when a file was not loaded.
 *
 * @param useDatabase opens the migrated database
 * @param signal leaves the file at hand unloaded when it is aborted
 * @param readConfig reads the environment, which says how secrets are kept out; left out where they may go in
 */
export function importCommand(
  useDatabase: UseDatabase,
  signal: AbortSignal,
  readConfig?: () => Promise<OpenRedactorConfig>,
): Command {
  return new Command('import')
    .description('Load calls from CSV or JSON Lines files, each in one transaction.')
    .argument('<file...>', 'files to load; - is standard input')
    .addOption(
      repeatable(
        '--map <field=column,...>',
        'which column holds a field; not needed where both have the same name',
      ),
    )
    .addOption(
      repeatable('--set <field=value>', 'a value for all rows; a group that does not exist is created'),
    )
    .option('--time-zone <zone>', 'IANA time zone of times without an offset', 'UTC')
    .addOption(
      new Option('--format <format>', 'format of the files (default: by extension)').choices([
        'csv',
        'jsonl',
      ]),
    )
    .option('--rejects <path>', 'file for the rejected rows (default: FILE.rejects.jsonl)')
    .option('--all-or-nothing', 'load nothing of a file that has a bad row')
    .addHelpText('after', `\nFields: ${IMPORT_FIELDS.join(', ')}`)
    .addHelpText(
      'after',
      '\nExit codes: 0 all rows are in; 3 some were rejected; 1 a file could not be loaded',
    )
    .action(async (paths: string[], options: ImportOptions) => {
      const { runImport } = await import('./import/run-import.js');
      await runImport(paths, options, useDatabase, signal, await readConfig?.());
    });
}

function repeatable(flags: string, description: string): Option {
  const option = new Option(flags, `${description} (repeatable)`);
  return option.argParser<string[] | undefined>((value, earlier) => [...(earlier ?? []), value]);
}

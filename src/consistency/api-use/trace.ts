import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { DryRun, DryRunner } from './dry-run.js';
import { markedEntity, type ShownEntity } from './entity-rows.js';
import { addUse, differenceOf, FieldUses, useOf, type Elsewhere, type FieldUse } from './field-uses.js';
import { callOf } from './literals.js';
import { probesOf, typename, type Probe } from './operations.js';
import { Recording, type World } from './recording.js';

/** What was found besides the uses of single fields. */
export interface Traced {
  /** What operations that begin with a field of Query or Mutation did. */
  roots: FieldUses;
  unparsed: { field: string; statement: string }[];
}

const FULL: World = () => true;

/** Runs operations for every field that can be reached, and notes what each of them uses. */
export async function traceOperations(runner: DryRunner, uses: FieldUses): Promise<Traced> {
  const roots = new FieldUses();
  const unparsed = new Map<string, string>();
  for (const probe of probesOf(runner.schema)) {
    // Whatever else the process does gets its turn.
    await setImmediate();
    const note = ({ data, recording }: DryRun, without: DryRun, elsewhere: Elsewhere[] = []): FieldUse => {
      const found = differenceOf(recording, without.recording, elsewhere);
      // What is read on behalf of an input field is its; what is written, the field that takes it writes.
      addUse(uses.of(probe.input ?? probe.field), { ...found, writes: new Set() });
      addUse(uses.of(probe.field), { writes: found.writes });
      uses.addAnswer(data, recording.marks);
      addUse(roots.of(probe.root), useOf(recording));
      for (const statement of recording.unparsed)
        unparsed.set(statement, unparsed.get(statement) ?? probe.root);
      return found;
    };
    const full = (operation: string) => runner.runOnce(operation, 'full', FULL);
    const elsewhere = await Promise.all(
      probe.elsewhere.map(async ({ same, nothing }) => ({
        same: (await full(same)).recording,
        nothing: (await full(nothing)).recording,
      })),
    );
    const found = note(await full(probe.operation), await full(probe.without), elsewhere);
    if (probe.elsewhere.length === 0 && found.alive) await traceEmptied(runner, probe, found, note);
    if (probe.isValue && uses.of(probe.field).reads.size === 0) await traceByChange(runner, probe, uses);
  }
  return { roots, unparsed: [...unparsed].map(([statement, field]) => ({ field, statement })) };
}

/** Runs the fields of entities on entities at hand, of which each property that is read is known. */
export async function traceEntities(
  runner: DryRunner,
  uses: FieldUses,
  entities: readonly ShownEntity[],
): Promise<void> {
  const { columns } = runner.recording;
  for (const { type, meta, schema } of entities) {
    await setImmediate();
    for (const field of Object.values(type.getFields())) {
      const operation = `{__typename ${callOf(field)}${typename(field)}}`;
      const rootOf = (recording: Recording) => markedEntity(meta, recording, columns);
      const { data, recording } = await runner.run(operation, new Recording(FULL), schema, rootOf);
      addUse(uses.of(`${type.name}.${field.name}`), useOf(recording));
      uses.addAnswer(data, recording.marks);
    }
  }
}

/**
 * Runs an operation again where the field finds no rows, but what is around it does. What a mutation does can
 * depend on which rows are there already, so it also meets databases where one table is empty.
 */
async function traceEmptied(
  runner: DryRunner,
  { operation, without, field, root }: Probe,
  { tables }: FieldUse,
  note: (run: DryRun, without: DryRun) => void,
): Promise<void> {
  const around = await runner.runOnce(without, 'full', FULL);
  const itsOwn: World = (statement) => around.recording.statements.includes(statement);
  note(await runner.run(operation, new Recording(itsOwn)), around);
  const isMutation = root.startsWith(`${runner.schema.getMutationType()?.name ?? ''}.`);
  if (field !== root || !isMutation) return;
  for (const table of tables) {
    const world: World = (statement) => !statement.tables.has(table);
    const name = `without ${table}`;
    note(await runner.runOnce(operation, name, world), await runner.runOnce(without, name, world));
  }
}

/**
 * Finds what a value is computed from where it is no column itself, as a rate of two sums: it changes when what it
 * is computed from does.
 */
async function traceByChange(runner: DryRunner, probe: Probe, uses: FieldUses): Promise<void> {
  const { data, recording } = await runner.runOnce(probe.operation, 'full', FULL);
  const changesWith = async (altered?: readonly string[]) => {
    const run = await runner.run(probe.operation, new Recording(FULL, altered));
    return !isDeepStrictEqual(data, run.data);
  };
  const marks = [...recording.marks].filter(([, { reads }]) => reads.size > 0);
  // What changes by itself, such as a time, tells nothing.
  if (!(await changesWith(marks.map(([mark]) => mark))) || (await changesWith())) return;
  for (const [mark, { reads }] of marks) {
    if (await changesWith([mark])) addUse(uses.of(probe.field), { reads: new Set(reads) });
  }
}

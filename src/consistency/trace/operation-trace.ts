import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { DryRun, DryRunner } from './dry-run.js';
import { addUse, differenceOf, FieldUses, useOf, type Elsewhere, type FieldUse } from './field-uses.js';
import { probesOf, type Probe } from './operations.js';
import { EMPTY, FULL, Recording, type World } from './recording.js';

/** Finds out what fields use by running operations with and without them. */
export class OperationTrace {
  /** What operations that begin with a field of Query or Mutation did, by that field. */
  readonly roots = new FieldUses();

  constructor(
    readonly runner: DryRunner,
    /** Where it notes what each field uses. */
    readonly uses: FieldUses,
  ) {}

  /** Runs operations for every field that can be reached. */
  async run(): Promise<void> {
    for (const probe of probesOf(this.runner.schema)) {
      // Whatever else the process does gets its turn.
      await setImmediate();
      const world = await this.#worldOf(probe);
      if (world) await this.#probe(probe, world);
    }
  }

  /** The world in which there is an object to ask for the field: full, if that will do. */
  async #worldOf({ without, field }: Probe): Promise<World | undefined> {
    const [type = ''] = field.split('.');
    for (const world of [FULL, EMPTY]) {
      const { data } = await this.runner.runOnce(without, world);
      if (JSON.stringify(data ?? null).includes(`"__typename":${JSON.stringify(type)}`)) return world;
    }
    return undefined;
  }

  async #probe(probe: Probe, world: World): Promise<void> {
    const run = await this.runner.runOnce(probe.operation, world);
    const without = await this.runner.runOnce(probe.without, world);
    const elsewhere: Elsewhere[] = [];
    for (const { same, nothing } of probe.elsewhere) {
      elsewhere.push({
        same: (await this.runner.runOnce(same, FULL)).recording,
        nothing: (await this.runner.runOnce(nothing, FULL)).recording,
      });
    }
    const found = this.#note(probe, run, without, elsewhere);
    if (probe.elsewhere.length === 0 && found.alive) await this.#probeEmptied(probe, without, found);
    const { reads, shows } = this.uses.of(probe.field);
    if (probe.isValue && reads.size + shows.size === 0) await this.#probeByChange(probe, run);
  }

  #note(probe: Probe, run: DryRun, without: DryRun, elsewhere: Elsewhere[] = []): FieldUse {
    const { data, recording } = run;
    const found = differenceOf(recording, without.recording, elsewhere);
    // What is read on behalf of an input field is its; what is written, the field that takes it writes.
    addUse(this.uses.of(probe.input ?? probe.field), { ...found, writes: new Set() });
    addUse(this.uses.of(probe.field), { writes: found.writes });
    addUse(this.roots.of(probe.root), useOf(recording));
    this.uses.addAnswer(data, recording.marks);
    this.uses.addErrors(probe.field, run);
    return found;
  }

  /**
   * Runs an operation where the field finds no rows, but what is around it does. What a mutation does can depend on
   * which rows are there already, so it also meets databases where one table is empty.
   */
  async #probeEmptied(probe: Probe, without: DryRun, { tables }: FieldUse): Promise<void> {
    const { operation, field, root } = probe;
    const around = new Set(without.recording.statements);
    const aroundOnly: World = { name: 'around', hasRow: (statement) => around.has(statement) };
    this.#note(probe, await this.runner.run(operation, new Recording(aroundOnly)), without);
    const mutation = this.runner.schema.getMutationType()?.name;
    if (field !== root || !root.startsWith(`${mutation}.`)) return;
    for (const table of tables) {
      const world: World = { name: `without ${table}`, hasRow: (statement) => !statement.tables.has(table) };
      const emptied = await this.runner.runOnce(operation, world);
      this.#note(probe, emptied, await this.runner.runOnce(probe.without, world));
    }
  }

  /**
   * Finds what a value is computed from where it is no column itself, as a rate of two sums: it changes when what it
   * is computed from does.
   */
  async #probeByChange({ operation, field }: Probe, { data, recording }: DryRun): Promise<void> {
    const changesWith = async (altered?: readonly string[]) => {
      const run = await this.runner.run(operation, new Recording(recording.world, altered));
      return !isDeepStrictEqual(data, run.data);
    };
    const marks = [...recording.marks].filter(([, { reads }]) => reads.size > 0);
    // What changes by itself, such as a time, tells nothing.
    if (!(await changesWith(marks.map(([mark]) => mark))) || (await changesWith())) return;
    for (const [mark, { reads }] of marks) {
      if (await changesWith([mark])) addUse(this.uses.of(field), { shows: new Set(reads) });
    }
  }
}

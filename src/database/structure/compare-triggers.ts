import type { ExpectedTable } from './entity-tables.js';
import { identifier, Risk, type Finding } from './finding.js';
import type { LiveTable } from './live-tables.js';
import { sameDefinition } from './sql-shape.js';

/** What the triggers of a live table have other than its entity says. */
export function compareTriggers(expected: ExpectedTable, live: LiveTable): Finding[] {
  const wanted = expected.triggers.flatMap(({ name, definition }): Finding[] => {
    const found = live.triggers.find((trigger) => sameDefinition(trigger.definition, definition));
    if (found?.enabled) return [];
    const place = { risk: Risk.HIGH, table: live.name, column: null };
    const effect = 'What it keeps up to date goes wrong with the next write.';
    return [
      found
        ? {
            ...place,
            kind: 'TRIGGER_DISABLED',
            problem: `The trigger ${found.name} of ${live.name} is disabled.`,
            effect,
            advice: `ALTER TABLE ${identifier(live.name)} ENABLE TRIGGER ${identifier(found.name)};`,
          }
        : {
            ...place,
            kind: 'TRIGGER_MISSING',
            problem: `${live.name} lacks the trigger ${name}.`,
            effect,
            advice: `${definition};`,
          },
    ];
  });
  const extra = live.triggers
    .filter(
      (trigger) =>
        !expected.triggers.some(({ definition }) => sameDefinition(trigger.definition, definition)),
    )
    .map(({ name }): Finding => ({
      kind: 'TRIGGER_EXTRA',
      risk: Risk.LOW,
      table: live.name,
      column: null,
      problem: `${live.name} has a trigger that this product does not know: ${name}.`,
      effect: 'It runs whenever this product writes there, and can slow or refuse that.',
      advice: 'Leave it where it is meant; otherwise drop it.',
    }));
  return [...wanted, ...extra];
}

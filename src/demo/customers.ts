import type { DemoGroup } from './groups.js';
import type { Random } from './random.js';

/** The activation codes of a group's customers, the busiest first. */
export function drawActivationCodes(random: Random, group: DemoGroup): string[] {
  return Array.from({ length: group.customers }, () =>
    [4, 4, 4].map((length) => random.text(length, 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789')).join('-'),
  );
}

/** A customer's code, by Zipf's law: the second makes half as many calls as the first, the third a third. */
export function drawActivationCode(random: Random, codes: string[]): string | null {
  // A call of the application itself has no customer.
  if (codes.length === 0 || random.chance(0.08)) return null;
  const rank = Math.floor((codes.length + 1) ** random.fraction());
  return codes[rank - 1] ?? null;
}

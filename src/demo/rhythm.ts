import type { DemoGroup } from './groups.js';

/** Calls in each hour of the day on a group's clocks, as a percentage of its busiest hour. */
const HOURS = {
  office: [1, 1, 1, 1, 1, 2, 6, 20, 55, 88, 100, 95, 60, 78, 98, 96, 85, 60, 30, 15, 9, 6, 4, 2],
  shop: [12, 7, 5, 4, 4, 7, 15, 30, 48, 62, 72, 78, 80, 76, 72, 70, 72, 78, 88, 98, 100, 86, 55, 28],
  machine: [100, 92, 80, 64, 40, 20, 12, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 12, 15, 20, 30, 60, 90],
} as const;

/** Calls on each day of the week, from Sunday, as a share of the busiest day. */
const WEEKDAYS = {
  office: [0.05, 0.95, 1, 1, 0.97, 0.8, 0.07],
  shop: [0.8, 0.9, 0.88, 0.9, 0.95, 1, 0.98],
  machine: [0.7, 1, 1, 1, 1, 1, 0.75],
} as const;

/**
 * How many calls a group makes in an hour, relative to other groups and hours.
 *
 * @param hour beginning of the hour, in milliseconds since 1970
 * @param year part of the year that has gone, from 0 to 1
 */
export function activity(group: DemoGroup, hour: number, year: number): number {
  const local = new Date(hour + group.offset * 3_600_000);
  const ofDay = HOURS[group.rhythm][local.getUTCHours()] ?? 0;
  const ofWeek = WEEKDAYS[group.rhythm][local.getUTCDay()] ?? 0;
  const isHoliday = local.getUTCMonth() === 11 && local.getUTCDate() >= 24 && group.rhythm === 'office';
  return group.weight * (1 + group.growth * year) * ofDay * ofWeek * (isHoliday ? 0.15 : 1);
}

import { callsAndTokensByGroup } from './by-group.js';
import { callById } from './call-by-id.js';
import type { Case } from './case.js';
import { countOfAMonth } from './count-of-a-month.js';
import { dailySeries } from './daily-series.js';
import { dashboard } from './dashboard.js';
import { deepPage } from './deep-page.js';
import { filteredPage } from './filtered-page.js';
import { newestPage, newestPageWithBodies } from './newest-page.js';
import { recordCalls, recordSmallCalls } from './record-batch.js';
import { recordCall, recordCallIdle, recordSmallCall } from './record-one.js';
import { totalsOverEverything } from './totals-over-everything.js';
import { usageOfGroups } from './usage-of-groups.js';
import { MONTH, YEAR } from '../database/period.js';

/** What is measured, in the order of the table. */
export const CASES: readonly Case[] = [
  newestPage,
  newestPageWithBodies,
  callById,
  deepPage,
  filteredPage,
  countOfAMonth,
  totalsOverEverything,
  dailySeries('daily series of a year, UTC', YEAR, 'UTC', 100),
  callsAndTokensByGroup,
  dailySeries('daily series of a year, Asia/Shanghai', inOffset(YEAR, '+08:00'), 'Asia/Shanghai', 50),
  dailySeries('daily series of a year, Asia/Kathmandu', inOffset(YEAR, '+05:45'), 'Asia/Kathmandu', 20),
  dailySeries('a month by day, UTC', MONTH, 'UTC', 20),
  dashboard,
  usageOfGroups,
  recordCall,
  recordSmallCall,
  recordCallIdle,
  recordCalls,
  recordSmallCalls,
];

/** The same days on the clocks of a zone, whose offset is this one all year. */
function inOffset({ from, to }: typeof YEAR, offset: string): typeof YEAR {
  return { from: from.replace('Z', offset), to: to.replace('Z', offset) };
}

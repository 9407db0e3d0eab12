import { MONTH } from '../database/period.js';
import { page } from './page.js';

/** The latest calls of one group in a month that the model answered. */
export const filteredPage = page({
  name: 'page of 50 of a group, a status and a month',
  ours: {
    arguments: `filter: {
      groupId: { eq: 1 }, status: { eq: SUCCESS }, callTime: { from: "${MONTH.from}", to: "${MONTH.to}" }
    }`,
  },
  postgraphile: {
    arguments: `filter: {
      groupId: { equalTo: 1 }, status: { equalTo: "success" },
      callTime: { greaterThanOrEqualTo: "${MONTH.from}", lessThan: "${MONTH.to}" }
    }`,
  },
  bare: {
    where: 'group_id = $1 AND status = $2 AND call_time >= $3::timestamp AND call_time < $4::timestamp',
    values: () => [1, 'success', MONTH.from, MONTH.to],
  },
  targets: [{ figure: "times PostGraphile's requests a second", atLeast: 1.5 }],
});

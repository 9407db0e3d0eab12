import { Ctx, Query, Resolver } from 'type-graphql';
import { Needs } from '../access/needs.js';
import { Scope } from '../access/scope.js';
import { Costs } from '../graphql/limits/cost-hints.js';
import type { ConsistencyContext } from './check.js';
import { ConsistencyReport } from './consistency-types.js';
import { isConsistent } from './report.js';
import { reportMarkdown } from './report-markdown.js';

/** A check reads the whole catalogue and tries every field. */
const CHECK_COST = 5000;

@Resolver()
export class ConsistencyResolver {
  @Costs({ once: CHECK_COST })
  @Query(() => ConsistencyReport, {
    description:
      'Checks whether the live database, the migrations, the code and this schema agree. Reads the catalogues of the database, and one row that tells how usage is kept.',
  })
  @Needs(Scope.ADMIN)
  async consistency(@Ctx() { consistency }: ConsistencyContext): Promise<ConsistencyReport> {
    const report = await consistency();
    return Object.assign(new ConsistencyReport(), {
      checkedAt: report.checkedAt,
      consistent: isConsistent(report),
      risk: report.risk,
      tables: report.tables,
      findings: report.findings.map(({ risk, table, column, problem, effect, advice }) => ({
        ...{ severity: risk, table, column, message: `${problem} ${effect}`, advice },
      })),
      markdown: reportMarkdown(report),
    });
  }
}

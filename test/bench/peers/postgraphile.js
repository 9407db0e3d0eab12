// Its own process, with its own dependencies: PostGraphile with its plugins for filters and aggregates.
import { PgAggregatesPreset } from '@graphile/pg-aggregates';
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { makePgSmartTagsPlugin } from 'postgraphile/utils';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';

const CONNECTIONS = 10;

/** What is grouped by or sorted by has to be sortable, which JSON is not by default, nor is a column without an index. */
const SortablePlugin = makePgSmartTagsPlugin(
  ['llm_call_logs.request_params', 'groups.name'].map((match) => ({
    kind: 'attribute',
    match,
    tags: { behavior: ['+orderBy'] },
  })),
);

/**
 * Lets calls be grouped by model, which has no column of its own, in the way that the plugin's documentation
 * describes ("Defining your own grouping derivatives").
 */
const GroupByModelPlugin = {
  name: 'GroupByModelPlugin',
  version: '0.0.0',
  after: ['aggregates'],
  schema: {
    hooks: {
      build(build) {
        build.pgAggregateGroupBySpecs.push({
          id: 'model',
          isSuitableType: (codec) => codec === build.dataplanPg.TYPES.jsonb,
          sqlWrap: (column) => build.sql`(${column} ->> 'model')`,
          sqlWrapCodec: () => build.dataplanPg.TYPES.text,
        });
        return build;
      },
    },
  },
};

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PgAggregatesPreset, PostGraphileConnectionFilterPreset],
  plugins: [SortablePlugin, GroupByModelPlugin],
  grafserv: { graphiql: false, websockets: false },
  pgServices: [
    makePgService({
      connectionString: process.env['DATABASE_URL'],
      schemas: ['public'],
      poolConfig: { max: CONNECTIONS },
    }),
  ],
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`PostGraphile is ready on http://127.0.0.1:${server.address().port}\n`);
});
process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await instance.release();
});

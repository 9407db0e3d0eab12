/*
 * Which way imports run, types included. `npm run lint` holds the code to it, test/floors.test.ts holds this file to
 * the code.
 */

/** From the top down. A room imports rooms of the floors below, and none of its own floor. */
export const FLOORS = [
  ['src/bin.ts'],
  ['src/main.ts'],
  ['src/start.ts'],
  ['src/serve.ts', 'src/use-database.ts'],
  ['src/server.ts', 'src/config.ts'],
  ['src/schema.ts', 'src/context.ts', 'src/entities.ts', 'src/config-limits.ts'],
  ['src/http'],
  ['src/demo', 'src/consistency', 'src/ingest'],
  ['src/usage'],
  ['src/call-logs'],
  ['src/keys', 'src/groups'],
  ['src/access'],
  ['src/graphql'],
  ['src/database'],
  ['src/redaction'],
  ['src/product-node.ts', 'src/stop-signal.ts', 'src/terminal-bar.ts'],
  // A migration that was released never changes, so it rests on nothing that does.
  ['src/operator-error.ts', 'migrations'],
];

/** The same within a folder: a folder here is what is in it without the folders beside it in the list. */
export const FLOORS_WITHIN = [
  [['src/usage'], ['src/usage/rollups']],
  [['src/call-logs/import', 'src/call-logs/redacting'], ['src/call-logs/recording']],
  [['src/consistency/trace'], ['src/consistency'], ['src/consistency/trace/sql']],
  [['src/demo'], ['src/demo/phrases']],
  [['src/http/metrics'], ['src/http']],
  [['src/graphql/answer', 'src/graphql/limits']],
  [['src/database/migrating'], ['src/database'], ['src/database/structure']],
];

/** What few may import, of all that stand above it. */
export const KEPT_TO = [
  { room: 'src/consistency', importers: ['src/main.ts', 'src/server.ts', 'src/schema.ts', 'src/context.ts'] },
  { room: 'src/consistency/trace', importers: ['src/main.ts'] },
  {
    room: 'src/config.ts',
    importers: ['src/main.ts', 'src/start.ts', 'src/serve.ts', 'src/use-database.ts'],
  },
];

/** Code of the browser, built by itself. */
export const APART = ['src/graphiql'];

/** Matches the files of a room, but for those of the rooms within it. */
function filesOf(room, rooms = []) {
  if (room.endsWith('.ts')) return `^${room.replaceAll('.', '\\.')}$`;
  const within = rooms.filter((other) => other.startsWith(`${room}/`));
  return `^${within.map((other) => `(?!${other}/)`).join('')}${room}/`;
}

function runDown(floors) {
  const rooms = floors.flat();
  return floors.flatMap((floor, index) =>
    floor.flatMap((room) => {
      const closed = floors.slice(0, index + 1).flat();
      const others = closed.filter((other) => other !== room).map((other) => filesOf(other, rooms));
      if (others.length === 0) return [];
      return [
        {
          name: 'imports-run-down',
          comment: 'A file imports from the floors below its own alone.',
          severity: 'error',
          from: { path: filesOf(room, rooms) },
          to: { path: others },
        },
      ];
    }),
  );
}

const TEST = '^test/';

export default {
  forbidden: [
    ...[FLOORS, ...FLOORS_WITHIN].flatMap(runDown),
    ...KEPT_TO.map(({ room, importers }) => ({
      name: 'kept-to-few',
      comment: 'Only the files that .dependency-cruiser.js names import this.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: [...importers, room].map((one) => filesOf(one)) },
      to: { path: filesOf(room) },
    })),
    {
      name: 'resolvers-are-for-the-schema',
      comment: "A feature uses another's entities and functions, never its resolvers.",
      severity: 'error',
      from: { pathNot: ['^src/schema\\.ts$', TEST] },
      to: { path: '-resolver\\.ts$' },
    },
    ...APART.flatMap((room) => [
      { from: { path: filesOf(room) }, to: { pathNot: filesOf(room) } },
      { from: { pathNot: [filesOf(room), TEST] }, to: { path: filesOf(room) } },
    ]).map((rule) => ({
      name: 'stands-apart',
      comment: 'The browser and the server share no code.',
      severity: 'error',
      ...rule,
    })),
    {
      name: 'no-test-in-the-product',
      comment: 'The product runs without its tests.',
      severity: 'error',
      from: { pathNot: TEST },
      to: { path: TEST },
    },
    {
      name: 'no-circle',
      comment: 'Files that import each other, if only their types, cannot be understood one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    includeOnly: '^(src|migrations|test)/',
    exclude: { path: '^test/bench/node_modules/' },
    // Counts the imports that the compiler takes out: those of types.
    tsPreCompilationDeps: true,
  },
};

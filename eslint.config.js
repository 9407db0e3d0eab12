import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const FEATURES = ['access', 'call-logs', 'groups', 'usage', 'keys', 'demo', 'consistency'];

/** Imports flow one way: main → server → schema, context, http → features → graphql, database. */
const zones = [
  { target: './src/graphql', from: './src', except: ['./graphql', './database', './errors.ts'] },
  {
    target: FEATURES.map((feature) => `./src/${feature}`),
    from: ['./src/main.ts', './src/server.ts', './src/http'],
  },
  { target: './src', from: './src/main.ts' },
  { target: ['./src/http', './src/schema.ts', './src/context.ts'], from: './src/server.ts' },
];

/** A feature may use another's entities and public functions, never its resolver. */
const resolverZones = FEATURES.flatMap((feature) =>
  FEATURES.filter((other) => other !== feature).map((other) => ({
    target: `./src/${feature}`,
    from: `./src/${other}/*-resolver.ts`,
  })),
);

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'demo-data/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true } },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({
          extensions: ['.ts', '.tsx'],
          extensionAlias: { '.js': ['.ts', '.tsx'] },
        }),
      ],
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: [...zones, ...resolverZones] }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/dot-notation': 'off', // process.env wants brackets (noPropertyAccessFromIndexSignature)
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // rows are plain objects, for speed
      '@typescript-eslint/no-extraneous-class': 'off', // resolvers and migrations are classes by their frameworks
    },
  },
  {
    // Answers are read and compared as they come: a wrong path shows as undefined, and fails the test.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.js'], languageOptions: { globals: { process: 'readonly' } } },
);

export default {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // What is too long for every run is in test/long.
  testPathIgnorePatterns: ['/node_modules/', ...(process.env.LONG_TESTS ? [] : ['<rootDir>/test/long/'])],
  modulePathIgnorePatterns: ['<rootDir>/test/bench/node_modules/'],
  testEnvironment: '<rootDir>/test/support/jest/environment.js',
  testRunner: '<rootDir>/test/support/jest/runner.js',
  injectGlobals: false,
  // Node takes the types out by itself.
  transform: {},
  globalSetup: '<rootDir>/test/support/jest/set-up.js',
  globalTeardown: '<rootDir>/test/support/jest/tear-down.js',
  setupFilesAfterEnv: ['<rootDir>/test/support/silent.ts'],
  reporters: ['default', ...(process.env.FAULTS ? ['<rootDir>/test/faults/harness/table-reporter.js'] : [])],
  maxWorkers: 2,
  testTimeout: 180_000,
};

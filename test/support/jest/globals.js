import { globals } from './runner.js';

/** What test files import from `@jest/globals`: of the file that imports it, as each has a copy of this one. */
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test } = globals;

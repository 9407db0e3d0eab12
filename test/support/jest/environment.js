import { ModuleMocker } from 'jest-mock';

/**
 * The realm of Node itself, in place of one of jest's own for each file, as the runner loads everything natively.
 * What jest would set in the globals of a test goes into an object that nobody reads: tests run without changes to
 * `console` or `process`.
 */
export default class NativeEnvironment {
  global = {};
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern = null;

  // Jest asks for it, and uses it only to load modules.
  getVmContext() {
    return null;
  }

  async setup() {}

  async teardown() {}
}

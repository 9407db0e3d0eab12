import { existsSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL, URL } from 'node:url';
import runCircus from 'jest-circus/runner';

/*
 * Runs a test file by jest-circus, as jest itself does, but lets Node load the modules: the product and its packages
 * once for each worker, where jest would load them anew for each file (1.5 s of CPU every time).
 *
 * - Node takes the types out of the tests' TypeScript. Of src it loads what was built, as it knows no decorators.
 * - What is below test/ is loaded anew for each test file, so that its hooks and variables belong to that file.
 * - There is one realm, so an Error is an Error.
 *
 * There is no `jest.mock`; and what a test changes in a module of the product stays changed for the next file.
 */

const PROJECT = new URL('../../../', import.meta.url).href;
const TESTS = `${PROJECT}test/`;
const GLOBALS = new URL('globals.js', import.meta.url).href;

/** What `@jest/globals` holds for the file that is running. */
export let globals;

registerHooks({
  resolve(specifier, context, next) {
    const parent = context.parentURL ?? '';
    const { search } = parent.startsWith(TESTS) && !parent.startsWith(GLOBALS) ? new URL(parent) : {};
    if (!search) return next(specifier, context);
    if (specifier === '@jest/globals') return { url: GLOBALS + search, shortCircuit: true };
    if (!specifier.startsWith('.')) return next(specifier, context);
    const url = new URL(specifier, parent);
    if (!url.href.startsWith(TESTS)) return next(url.href.replace(PROJECT, `${PROJECT}dist/`), context);
    const source = new URL(url.href.replace(/\.js$/, '.ts'));
    return next((existsSync(source) ? source : url).href + search, context);
  },
});

// Jest gives each file a circus of its own, which leaves its handlers of events behind.
const circusRequire = createRequire(createRequire(import.meta.url).resolve('jest-circus/runner'));
const HANDLERS = Symbol.for('EVENT_HANDLERS');

function freshCircus(path) {
  delete circusRequire.cache[path];
  delete globalThis[HANDLERS];
  return circusRequire(path);
}

let files = 0;

/** Jest's `testRunner`: the same as jest-circus, with a runtime that has Node load modules. */
export default function runNatively(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  const file = `?file=${(files += 1)}`;
  const native = Object.assign(Object.create(runtime), {
    requireInternalModule: freshCircus,
    setGlobalsForRuntime: (given) => {
      globals = { ...given, jest: environment.moduleMocker };
    },
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(pathToFileURL(path).href + file),
  });
  return runCircus.default(globalConfig, config, environment, native, testPath, sendMessageToJest);
}

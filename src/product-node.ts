import { createRequire } from 'node:module';
import { OperatorError } from './operator-error.js';

// Everything here, and what it imports, also runs on Node 20: it is what a machine may start us with.

/** The oldest Node that the product runs on, major and minor: that is MikroORM's. */
const OLDEST_NODE = [22, 17] as const;

/**
 * V8's flags for every command. They keep the server small: a young heap of 16 MB, garbage collected when the heap has
 * doubled, and WebAssembly (PostgreSQL's parser) compiled without the optimiser, which takes 500 MB for a second.
 */
export const NODE_FLAGS = [
  '--max-semi-space-size=16',
  '--heap-growing-percent=100',
  '--liftoff-only',
] as const;

/**
 * The Node that the product runs on: the Node 24 that npm installed beside it, or where npm has none for this kind of
 * machine, the one that runs this.
 *
 * @returns the path of its program
 * @throws OperatorError where there is neither
 */
export function productNode(): string {
  const brought = broughtNode();
  if (brought !== undefined) return brought;
  refuseOldNode('Install Node 24; npm has none for this kind of machine.');
  return process.execPath;
}

/**
 * Makes sure that the Node that runs this is new enough for the product.
 *
 * @param advice what to do where it is not
 * @throws OperatorError where it is not
 */
export function refuseOldNode(advice: string): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new OperatorError(
    `Node ${OLDEST_NODE.join('.')} or newer is needed, and this is ${process.versions.node}. ${advice}`,
  );
}

/** Packages that hold nothing but Node; npm installs the one that fits the machine. */
function broughtNode(): string | undefined {
  const { platform, arch } = process;
  const machine = `${platform === 'win32' ? 'win' : platform}-${arch}`;
  const name = machine === 'darwin-arm64' ? `node-bin-${machine}` : `node-${machine}`;
  const require = createRequire(import.meta.url);
  try {
    return require.resolve(`${name}/bin/node${platform === 'win32' ? '.exe' : ''}`);
  } catch {
    return undefined;
  }
}

import { readFileSync } from 'node:fs';

/**
 * Stops processes without their notice, as a machine that hangs does, and gives the function that wakes them.
 *
 * @param pid of the first; `withChildren` also stops those that it has started
 */
export function freeze(pid: number, { withChildren = false } = {}): () => void {
  const children = withChildren ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') : '';
  const all = [pid, ...children.trim().split(' ').filter(Boolean).map(Number)];
  const signal = (name: NodeJS.Signals) => {
    for (const one of all) {
      try {
        process.kill(one, name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  };
  signal('SIGSTOP');
  return () => {
    signal('SIGCONT');
  };
}

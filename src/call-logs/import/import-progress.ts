import { TerminalBar } from '../../terminal-bar.js';

/** Shows how far an import is. */
export interface ImportProgress {
  start(name: string, size: number | undefined): void;
  update(bytes: number, rows: number): void;
  stop(): void;
}

const KNOWN_SIZE = '{name} {bar} {percentage} % | {rows} rows | {rate} rows/s | {eta_formatted} left';
const UNKNOWN_SIZE = '{name} | {rows} rows | {rate} rows/s | {duration_formatted}';

/** A bar for each file, whose time left is reckoned by bytes: how many rows a file has is not known beforehand. */
export function importProgress(stream: NodeJS.WriteStream): ImportProgress {
  let file: { name: string; size: number; started: number; bar: TerminalBar } | undefined;
  return {
    start(name, size) {
      const bar = new TerminalBar(stream, size === undefined ? UNKNOWN_SIZE : KNOWN_SIZE);
      file = { name, size: Math.max(size ?? 1, 1), started: performance.now(), bar };
      bar.update(0, file.size, { name, rows: '0', rate: '0' });
    },
    update(bytes, rows) {
      if (!file) return;
      const rate = Math.round(rows / ((performance.now() - file.started) / 1000));
      const values = { name: file.name, rows: rows.toLocaleString('en'), rate: rate.toLocaleString('en') };
      file.bar.update(bytes, file.size, values);
    },
    stop() {
      file?.bar.stop();
      file = undefined;
    },
  };
}

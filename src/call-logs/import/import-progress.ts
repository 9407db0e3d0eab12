import { SingleBar } from 'cli-progress';

/** Shows how far an import is. */
export interface ImportProgress {
  start(name: string, size: number | undefined): void;
  update(bytes: number, rows: number): void;
  stop(): void;
}

export const NO_PROGRESS: ImportProgress = {
  start: () => undefined,
  update: () => undefined,
  stop: () => undefined,
};

const KNOWN_SIZE = '{name} {bar} {percentage} % | {rows} rows | {rate} rows/s | {eta_formatted} left';
const UNKNOWN_SIZE = '{name} | {rows} rows | {rate} rows/s | {duration_formatted}';

/** A bar on a terminal, with the time left by the bytes that are still to read; elsewhere nothing is shown. */
export function importProgress(stream: NodeJS.WriteStream): ImportProgress {
  if (!stream.isTTY) return NO_PROGRESS;
  let bar: SingleBar | undefined;
  let started = 0;
  return {
    start(name, size) {
      started = performance.now();
      const format = size === undefined ? UNKNOWN_SIZE : KNOWN_SIZE;
      bar = new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true, etaBuffer: 100 });
      bar.start(Math.max(size ?? 1, 1), 0, { name, rows: '0', rate: '0' });
    },
    update(bytes, rows) {
      const rate = Math.round(rows / ((performance.now() - started) / 1000));
      bar?.update(bytes, { rows: rows.toLocaleString('en'), rate: rate.toLocaleString('en') });
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

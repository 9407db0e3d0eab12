import { SingleBar } from 'cli-progress';

/** Is told how much of a work is done. */
export type Progress = (done: number, all: number) => void;

/** A bar on a terminal, from the first news to `stop`; elsewhere nothing, what is printed in the end says it all. */
export function terminalProgress(
  stream: NodeJS.WriteStream,
  name: string,
): { update: Progress; stop(): void } {
  if (!stream.isTTY) return { update: () => undefined, stop: () => undefined };
  const format = `${name} {bar} {percentage} % | {duration_formatted} | {eta_formatted} left`;
  const bar = new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true });
  return {
    update(done, all) {
      if (!bar.isActive) bar.start(all, 0);
      bar.setTotal(all);
      bar.update(done);
    },
    stop: () => {
      bar.stop();
    },
  };
}

import { createInterface } from 'node:readline/promises';

/**
 * Asks for a "yes".
 *
 * @param signal ends the question
 * @returns false for every other answer, and where the input ends without one
 */
export async function confirm(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  signal?: AbortSignal,
): Promise<boolean> {
  // The terminal stays as it is, so that Ctrl-C still reaches the process as a signal.
  const lines = createInterface({ input, output, terminal: false });
  const ended = new Promise<string>((resolve) => {
    lines.once('close', () => {
      resolve('');
    });
  });
  try {
    const answer = lines.question(`${question} [yes/no] `, signal ? { signal } : {});
    return /^\s*yes\s*$/i.test(await Promise.race([answer, ended]));
  } finally {
    lines.close();
  }
}

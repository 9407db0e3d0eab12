import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until there is an answer; the test's timeout is the limit. An error of the question ends it. */
export async function eventually<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(50);
  }
}

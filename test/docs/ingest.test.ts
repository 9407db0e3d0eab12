import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useTestServer } from '../support/server.js';
import { TEST_TOKEN } from '../support/token.js';

const server = useTestServer();
const page = readFileSync('docs/ingest.md', 'utf8');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-call-log-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block!);

/** Runs a script as a reader does, on the server of the test; what it prints is the answer. */
async function run(script: string): Promise<unknown> {
  const own = script.replaceAll('http://127.0.0.1:4000', server.url).replaceAll('lcl_…', TEST_TOKEN);
  const { stdout } = await promisify(execFile)('bash', ['-euc', own], { cwd: folder });
  return JSON.parse(stdout);
}

test('the commands of ingest.md do what it says', async () => {
  const scripts = blocks('sh');
  const [answer] = blocks('json');
  expect(scripts).toHaveLength(3);
  expect(await run(scripts[0]!)).toEqual(JSON.parse(answer!));
  // The same calls again, which are recorded once.
  expect(await run(scripts[1]!)).toEqual(JSON.parse(answer!));
  expect(await run(scripts[2]!)).toEqual({ recorded: 1, rejected: [] });
  const { callLogs } = await server.query('{ callLogs { nodes { promptTokens durationMs } } }');
  expect(callLogs.nodes).toEqual([
    { promptTokens: null, durationMs: 812 },
    { promptTokens: 14, durationMs: null },
  ]);
});

import type { Phrases } from './phrases.js';

/** What an editor asks for while somebody programs. */
export const code: Phrases = {
  systems: ['Complete the code at the cursor. Answer with code only.'],
  topics: [
    'parseDate',
    'retryWithBackoff',
    'sumTokens',
    'loadInvoices',
    'toCursor',
    'groupByDay',
    'escapeCsv',
    'readConfig',
    'hashPassword',
    'mergeRanges',
  ],
  names: ['orders.ts', 'billing.py', 'queue.go', 'report.sql', 'session.rs', 'mailer.ts'],
  questions: [
    '// {name}:{number}\nexport function {topic}(input: string) ',
    '# {name}, line {number}\ndef {topic}(rows):',
    '// {name}\nit("{topic} keeps the order", () => ',
    'Fix the error in {topic} ({name}:{number}): undefined is not iterable',
  ],
  answers: [
    'if (input === "") return undefined;',
    'return rows.filter((row) => row.total > {number});',
    'expect({topic}([3, 1, 2])).toEqual([1, 2, 3]);',
    'for attempt in range({minutes}): yield attempt',
    'const result = await {topic}(input);',
  ],
  followUps: ['Add a test.', 'Without the loop, please.'],
};

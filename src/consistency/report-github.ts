import { Risk } from '../database/structure/finding.js';
import type { Report } from './report.js';

const COMMANDS = {
  [Risk.NONE]: 'notice',
  [Risk.LOW]: 'notice',
  [Risk.MEDIUM]: 'warning',
  [Risk.HIGH]: 'error',
};

/** The findings as annotations of GitHub Actions, one a line (its "workflow commands"). */
export function reportGithub({ findings }: Report): string {
  return findings
    .map(({ kind, risk, table, column, problem, effect, advice }) => {
      const place = [table, column].filter((part) => part !== null).join('.');
      const title = escapeProperty(place ? `${kind} ${place}` : kind);
      return `::${COMMANDS[risk]} title=${title}::${escapeData(`${problem} ${effect} ${advice}`)}\n`;
    })
    .join('');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

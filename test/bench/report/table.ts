export type Row = readonly string[];

/** A table in Markdown, its columns as wide as they need. */
export function tableOf(heads: Row, rows: readonly Row[]): string {
  const widths = heads.map((head, column) =>
    Math.max(3, head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: Row) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Three digits or more, whatever the size. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 1000) return count(Math.round(value));
  return value.toPrecision(3);
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

export function met(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED';
}

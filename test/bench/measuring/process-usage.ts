import { readFile } from 'node:fs/promises';

/** The length of a clock tick in /proc, in milliseconds; Linux has it so on every machine that Node runs on. */
const TICK_MS = 10;

/** CPU time that a process has used so far, in user and kernel mode, in milliseconds, to the nearest 10. */
export async function cpuTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in parentheses, may hold anything; utime and stime are the 12th and 13th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The most memory that a process has had resident so far, in MB. */
export async function peakMemory(pid: number): Promise<number> {
  return statusOf(pid, 'VmHWM');
}

/** The memory that a process has resident, in MB. */
export async function memory(pid: number): Promise<number> {
  return statusOf(pid, 'VmRSS');
}

async function statusOf(pid: number, field: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}

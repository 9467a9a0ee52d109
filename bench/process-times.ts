/** Processor time of other processes, from Linux's /proc; nothing elsewhere. Who spends the two cores is half of what a benchmark can tell. */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Null when there is no such process, or no /proc. */
export function processTimes(pid: number): { readonly parent: number; readonly cpuSeconds: number } | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // After the name, which is in parentheses and may itself hold any character: state, parent, …
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
}

/** Of a process and its children that are alive now, together. */
export function childrenCpuSeconds(pid: number): number {
  let seconds = 0;
  let names: string[] = [];
  try {
    names = readdirSync('/proc');
  } catch {
    return 0;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const times = processTimes(Number(name));
    if (times !== null && (times.parent === pid || Number(name) === pid)) seconds += times.cpuSeconds;
  }
  return seconds;
}

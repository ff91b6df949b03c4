// The most memory that this process has held, as Linux counts it, from its start or from where the peak was last forgotten.
import { readFileSync, writeFileSync } from 'node:fs';

/** Elsewhere than on Linux, since the start of the process. */
export function peakMiB(): number {
  return process.platform === 'linux' ? statusMiB('VmHWM') : process.resourceUsage().maxRSS / 1024;
}

/** What is held now, in MiB. @throws elsewhere than on Linux */
export function forgetPeak(): number {
  writeFileSync('/proc/self/clear_refs', '5');
  return statusMiB('VmRSS');
}

function statusMiB(field: string): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kib) / 1024;
}

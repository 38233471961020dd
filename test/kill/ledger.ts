import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** A line of the ledger: what reached the outside, written by the adapter before and after its work. */
export interface LedgerLine {
  /** `begin`: the call has arrived. `effect`: its work is done. Between the two it can be killed. */
  readonly phase: 'begin' | 'effect';
  readonly key: string;
  readonly execution: string;
  readonly step: string;
  readonly attempt: number;
  readonly pid: number;
  /** ms since the epoch. */
  readonly at: number;
}

/** Appends a line. O_APPEND and one write: lines of several processes don't mix, and a killed one leaves no half. */
export function writeLine(file: string, line: LedgerLine): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}
export function readLedger(file: string): readonly LedgerLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerLine); // written above
}

const count = <T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return counts;
};

/** An idempotent outside does what a key asks for once, however often it comes: distinct keys, by execution and step. */
export function effectsByStep(lines: readonly LedgerLine[]): ReadonlyMap<string, number> {
  const distinct = new Map(lines.filter(({ phase }) => phase === 'effect').map((line) => [line.key, line]));
  return count([...distinct.values()], ({ execution, step }) => `${execution} ${step}`);
}
/** How often each step of each execution was sent, whatever its key. */
export function sendsByStep(lines: readonly LedgerLine[]): ReadonlyMap<string, number> {
  return count(
    lines.filter(({ phase }) => phase === 'begin'),
    ({ execution, step }) => `${execution} ${step}`,
  );
}
/** Calls that began and did not end in the same process: cut off. */
export function cutOff(lines: readonly LedgerLine[]): readonly LedgerLine[] {
  const ended = new Set(
    lines.filter(({ phase }) => phase === 'effect').map(({ key, attempt, pid }) => `${key} ${attempt} ${pid}`),
  );
  return lines.filter(({ phase, key, attempt, pid }) => phase === 'begin' && !ended.has(`${key} ${attempt} ${pid}`));
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryEvent } from '../../src/executions/history.ts';
import { historyFromJson } from '../../src/worker/history-json.ts';
import type { RecordedOutcome } from './record.ts';

/** `<behaviour>/<name>.json` (first run), `<name>.<n>.json` (run n, from 1), `<name>.outcome.json`. */
export const HISTORIES = join(import.meta.dirname, '..', '..', 'temporal', 'histories');

export interface RecordedHistory {
  readonly behaviour: number;
  readonly name: string;
  /** Runs, oldest first. */
  readonly runs: readonly (readonly HistoryEvent[])[];
  /** Null for what is no execution of a flow (a concurrency coordinator). */
  readonly outcome: RecordedOutcome | null;
}

/** Every recorded history, by behaviour and name. */
export function loadHistories(): readonly RecordedHistory[] {
  return readdirSync(HISTORIES)
    .sort()
    .flatMap((behaviour) => {
      const files = readdirSync(join(HISTORIES, behaviour)).sort();
      const names = files.flatMap((file) => /^([a-z0-9-]+)\.json$/.exec(file)?.[1] ?? []);
      return names.map((name) => load(Number(behaviour), name, files));
    });
}

function load(behaviour: number, name: string, files: readonly string[]): RecordedHistory {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(HISTORIES, String(behaviour), file), 'utf8'));
  const later = files
    .filter((file) => new RegExp(`^${name}\\.\\d+\\.json$`).test(file))
    .sort((a, b) => numberIn(a) - numberIn(b));
  const outcome = files.includes(`${name}.outcome.json`) ? (read(`${name}.outcome.json`) as RecordedOutcome) : null; // written by scripts/record-histories.ts
  return {
    behaviour,
    name,
    runs: [`${name}.json`, ...later].map((file) => historyFromJson(read(file)).events ?? []),
    outcome,
  };
}

const numberIn = (file: string): number => Number(/\.(\d+)\.json$/.exec(file)?.[1]);

import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { HistoryEvent } from '../executions/history.ts';
import { historyFromJson, historyToJson } from '../worker/history-json.ts';

/** The history of one run, as a line of Temporal's JSON: `{"runId":"…","events":[…]}`. */
export interface RunLine {
  readonly runId: string;
  readonly line: string;
}

export function encodeRun(runId: string, events: readonly HistoryEvent[]): RunLine {
  const { events: plain } = historyToJson({ events: [...events] }) as { readonly events: unknown }; // Protobuf JSON of a History
  return { runId, line: JSON.stringify({ runId, events: plain }) };
}

/** One line a run, oldest first. What an audit record's hash of a history is taken of. */
export const textOf = (lines: readonly RunLine[]): string => lines.map(({ line }) => `${line}\n`).join('');

export async function packHistories(lines: readonly RunLine[]): Promise<Uint8Array> {
  return promisify(gzip)(textOf(lines));
}

/** The lines of an archived execution, as they were packed. */
export async function unpackHistories(packed: Uint8Array): Promise<readonly RunLine[]> {
  const text = (await promisify(gunzip)(packed)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ runId: /^\{"runId":"([^"]*)"/.exec(line)?.[1] ?? '', line }));
}

export function decodeRun({ line }: RunLine): readonly HistoryEvent[] {
  const { events } = JSON.parse(line) as { readonly events: unknown }; // encodeRun wrote it
  return historyFromJson({ events }).events ?? [];
}

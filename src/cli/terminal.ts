import picocolors from 'picocolors';
import { cleanJson, cleanOutput } from './clean-text.ts';
import type { CliIo } from './io.ts';

export type Style = ReturnType<typeof picocolors.createColors>;

/**
 * Where a command writes: results to standard output, everything about the way there to standard error. Control characters
 * never get through, wherever they come from.
 */
export interface Terminal {
  readonly style: Style;
  /** A line of the result. */
  out(line: string): void;
  /** A line about progress, for people. */
  note(line: string): void;
  /** The result as one JSON document, indented. */
  json(value: unknown): void;
  /** Bytes for bytes, for what programs read: sources, exports. */
  raw(text: string): void;
  /** Characters in a line; null when nobody knows. */
  readonly columns: number | null;
}

/** Colours only on a terminal, never with `NO_COLOR` (https://no-color.org) or `--no-color`, always with `FORCE_COLOR`. */
export function createTerminal(io: CliIo, options: { color: boolean }): Terminal {
  const forced = isSet(io.env['FORCE_COLOR']);
  const enabled = options.color && !isSet(io.env['NO_COLOR']) && (forced || (io.isTTY && io.env['TERM'] !== 'dumb'));
  return {
    style: picocolors.createColors(enabled),
    out: (line) => void io.stdout.write(`${cleanOutput(line, enabled)}\n`),
    note: (line) => void io.stderr.write(`${cleanOutput(line, enabled)}\n`),
    json: (value) => void io.stdout.write(`${cleanJson(value, 2)}\n`),
    raw: (text) => void io.stdout.write(text),
    columns: io.isTTY ? (io.columns ?? null) : null,
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

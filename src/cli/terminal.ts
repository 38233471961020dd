import picocolors from 'picocolors';
import type { CliIo } from './io.ts';

export type Style = ReturnType<typeof picocolors.createColors>;

/** Where a command writes: results to standard output, everything about the way there to standard error. */
export interface Terminal {
  readonly style: Style;
  /** A line of the result. */
  out(line: string): void;
  /** A line about progress, for people. */
  note(line: string): void;
  /** The result as JSON, indented. */
  json(value: unknown): void;
}

/** Colours only on a terminal, never with `NO_COLOR` (https://no-color.org) or `--no-color`, always with `FORCE_COLOR`. */
export function createTerminal(io: CliIo, options: { color: boolean }): Terminal {
  const forced = isSet(io.env['FORCE_COLOR']);
  const enabled = options.color && !isSet(io.env['NO_COLOR']) && (forced || (io.isTTY && io.env['TERM'] !== 'dumb'));
  return {
    style: picocolors.createColors(enabled),
    out: (line) => void io.stdout.write(`${line}\n`),
    note: (line) => void io.stderr.write(`${line}\n`),
    json: (value) => void io.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

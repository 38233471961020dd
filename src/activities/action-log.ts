import type { ActionContext } from '../adapters/adapter.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { ActionRequest } from './contract.ts';
import type { Masker } from './secrets/masker.ts';

/** A line of an execution's log. */
export interface LogLine {
  /** RFC 3339. */
  readonly time: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Json;
  readonly flow: string;
  readonly execution: string;
  readonly step: string;
  readonly adapter: string;
  readonly action: string;
  readonly attempt: number;
}

export interface ActionLogOptions {
  readonly request: ActionRequest;
  readonly attempt: number;
  readonly masker: Masker;
  readonly now: () => number;
  /** Default: JSON lines on stderr. */
  readonly sink?: (line: LogLine) => void;
}

/** `context.log` of an attempt: masks, and never throws, whatever it is given. */
export function createActionLog({
  request,
  attempt,
  masker,
  now,
  sink = toStderr,
}: ActionLogOptions): ActionContext['log'] {
  return (level, message, fields) => {
    try {
      sink({
        time: new Date(now()).toISOString(),
        level,
        message: masker.text(String(message)),
        fields: masker.json(JSON.parse(JSON.stringify(fields ?? {})) as Json),
        flow: request.flow.name,
        execution: request.execution,
        step: request.step,
        adapter: request.adapter,
        action: request.action,
        attempt,
      });
    } catch {
      // A line that can't be written must not fail the call it tells about.
    }
  };
}

function toStderr(line: LogLine): void {
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

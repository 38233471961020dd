import type { ErrorInfo } from '../activities/contract.ts';
import { durationText } from './duration-text.ts';
import type { ExecutionEvent } from './follow-events.ts';
import type { Style } from './terminal.ts';

/** Turns an execution's events into lines for people; remembers when steps began, to tell how long they took. */
export class EventPrinter {
  readonly #style: Style;
  readonly #times: boolean;
  readonly #started = new Map<string, number>();
  readonly #calls = new Map<string, string>();

  /** `times`: each line begins with its time of day (UTC). */
  constructor(style: Style, options: { times: boolean }) {
    this.#style = style;
    this.#times = options.times;
  }

  /** Null for events that say nothing to a person. */
  line(event: ExecutionEvent): string | null {
    const text = this.#text(event);
    if (text === null) return null;
    return this.#times ? `${this.#style.dim(new Date(event.time).toISOString().slice(11, 23))} ${text}` : text;
  }

  #text(event: ExecutionEvent): string | null {
    const style = this.#style;
    switch (event.type) {
      case 'execution.started':
        return style.dim('started');
      case 'execution.paused':
        return style.yellow('paused');
      case 'execution.resumed':
        return style.dim('resumed');
      case 'execution.cancelling':
        return style.yellow('cancelling');
      case 'execution.rolled_back':
        return style.yellow(`rolled back to ${event.step}`);
      case 'execution.completed':
        return style.green('completed');
      case 'execution.cancelled':
        return style.yellow('cancelled');
      case 'execution.terminated':
        return style.red('terminated');
      case 'execution.timed_out':
        return style.red('timed out');
      case 'execution.failed':
        return `${style.red('failed')} ${errorText(event.error)}`;
      case 'step.started':
        this.#started.set(event.step, Date.parse(event.time));
        if (event.adapter === undefined) return null;
        this.#calls.set(event.step, `${event.adapter}.${event.action ?? ''}`);
        return style.dim(`… ${event.step}${this.#call(event.step)}`);
      case 'step.waiting': {
        const until = event.until === undefined ? '' : ` until ${new Date(event.until).toISOString()}`;
        return `${style.cyan('⏸')} ${event.step} ${style.dim(`waits: ${event.on}${until}`)}`;
      }
      case 'step.retrying':
        return `${style.yellow('↻')} ${event.step} ${style.dim(`attempt ${event.attempt} failed: ${errorText(event.error)}`)}`;
      case 'step.skipped':
        return style.dim(`- ${event.step} skipped`);
      case 'step.completed':
        return `${style.green('✓')} ${event.step}${this.#call(event.step)}${this.#took(event)}`;
      case 'step.failed':
        return `${style.red('✗')} ${event.step}${this.#call(event.step)}${this.#took(event)} ${errorText(event.error)}`;
      case 'step.cancelled':
        return style.yellow(`⊘ ${event.step} cancelled`);
    }
  }

  #call(step: string): string {
    const call = this.#calls.get(step);
    return call === undefined ? '' : ` ${this.#style.dim(call)}`;
  }

  #took(event: ExecutionEvent & { step: string }): string {
    const start = this.#started.get(event.step);
    return start === undefined ? '' : ` ${this.#style.dim(durationText(Date.parse(event.time) - start))}`;
  }
}

/** `http_503: Service Unavailable`, with the step it comes from. */
export function errorText(error: ErrorInfo | null | undefined): string {
  if (!error) return '';
  return `${error.code}: ${error.message}`;
}

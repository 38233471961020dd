import type { ExecutionSummary, ExecutionView, StepView } from '../executions/view.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';
import { durationText } from './duration-text.ts';
import { errorText } from './event-printer.ts';
import type { Style, Terminal } from './terminal.ts';
import { textTable } from './text-table.ts';

type Paint = (style: Style) => (text: string) => string;

const EXECUTION_COLOURS: Readonly<Record<ExecutionStatus, Paint>> = {
  running: (style) => style.cyan,
  waiting: (style) => style.cyan,
  paused: (style) => style.yellow,
  completed: (style) => style.green,
  failed: (style) => style.red,
  cancelled: (style) => style.yellow,
  terminated: (style) => style.red,
  timed_out: (style) => style.red,
};

const STEP_COLOURS: Readonly<Record<StepView['status'], Paint>> = {
  running: (style) => style.cyan,
  waiting: (style) => style.cyan,
  completed: (style) => style.green,
  skipped: (style) => style.dim,
  failed: (style) => style.red,
  cancelled: (style) => style.yellow,
};

/** A list of executions as a table. */
export function executionTable(
  items: readonly ExecutionSummary[],
  terminal: Pick<Terminal, 'style' | 'columns'>,
): string {
  return textTable(
    items,
    [
      { title: 'ID', text: (item) => item.execution_id, keep: true },
      { title: 'FLOW', text: (item) => item.flow },
      { title: 'VERSION', text: (item) => item.version, keep: true },
      {
        title: 'STATUS',
        text: (item) => item.status,
        paint: (item, style) => colourOf(item.status, style),
        keep: true,
      },
      { title: 'ENVIRONMENT', text: (item) => item.environment },
      { title: 'STARTED', text: (item) => item.started_at, keep: true },
      { title: 'TOOK', text: took, keep: true },
    ],
    terminal,
  );
}

/** One execution with its steps, what it waits for, output and error. */
export function executionText(view: ExecutionView, terminal: Pick<Terminal, 'style' | 'columns'>): string {
  const { style } = terminal;
  const head = [
    `${style.bold(view.flow)} ${view.version} ${painted(view.status, style)} ${style.dim(took(view))}`,
    style.dim(`${view.execution_id}, ${view.environment}, started ${view.started_at}`),
  ];
  if (view.origin)
    head.push(
      style.dim(
        `re-run of ${view.origin.execution_id}${view.origin.from === undefined ? '' : ` from ${view.origin.from}`}`,
      ),
    );
  if (view.parent) head.push(style.dim(`started by ${view.parent.step} of ${view.parent.execution_id}`));
  const table = textTable(
    view.steps,
    [
      { title: 'STEP', text: (step) => step.path, keep: true },
      {
        title: 'WHAT',
        text: (step) => (step.adapter === undefined ? step.kind : `${step.adapter}.${step.action ?? ''}`),
      },
      {
        title: 'STATUS',
        text: (step) => step.status,
        paint: (step, styles) => STEP_COLOURS[step.status]?.(styles) ?? String,
      },
      { title: 'ATTEMPTS', text: (step) => (step.attempts > 0 ? String(step.attempts) : ''), keep: true },
      { title: 'TOOK', text: (step) => (step.duration_ms === null ? '' : durationText(step.duration_ms)), keep: true },
      { title: '', text: (step) => errorText(step.error) },
    ],
    terminal,
  );
  const tail = view.why
    ? [`${style.cyan('now')} ${view.why}`]
    : view.waiting.map(
        (wait) =>
          `${style.cyan('waits')} ${wait.step}: ${wait.reason}${wait.until === null ? '' : `, until ${wait.until}`}`,
      );
  if (view.error)
    tail.push(
      `${style.red('error')} ${errorText(view.error)}${view.error.step === undefined ? '' : style.dim(` (step ${view.error.step})`)}`,
    );
  if (view.output !== null) tail.push(`${style.bold('output')} ${JSON.stringify(view.output, null, 2)}`);
  return [...head, '', ...(view.steps.length > 0 ? [table] : []), ...tail].join('\n');
}

function painted(status: ExecutionStatus, style: Style): string {
  return colourOf(status, style)(status);
}

/** A newer server may know more statuses. */
function colourOf(status: ExecutionStatus, style: Style): (text: string) => string {
  return EXECUTION_COLOURS[status]?.(style) ?? String;
}

function took(item: { started_at: string; ended_at: string | null }): string {
  return item.ended_at === null ? '' : durationText(Date.parse(item.ended_at) - Date.parse(item.started_at));
}

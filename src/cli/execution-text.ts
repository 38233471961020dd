import Table from 'cli-table3';
import type { ExecutionSummary, ExecutionView, StepView } from '../executions/view.ts';
import type { ExecutionStatus } from '../workflows/contract.ts';
import { durationText } from './duration-text.ts';
import { errorText } from './event-printer.ts';
import type { Style } from './terminal.ts';

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
export function executionTable(items: readonly ExecutionSummary[], style: Style): string {
  const table = plainTable(['ID', 'FLOW', 'VERSION', 'STATUS', 'STARTED', 'TOOK'], style);
  for (const item of items) {
    table.push([item.execution_id, item.flow, item.version, painted(item.status, style), item.started_at, took(item)]);
  }
  return tableText(table);
}

/** One execution with its steps, what it waits for, output and error. */
export function executionText(view: ExecutionView, style: Style): string {
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
  const table = plainTable(['STEP', 'WHAT', 'STATUS', 'ATTEMPTS', 'TOOK', ''], style);
  for (const step of view.steps) {
    const what = step.adapter === undefined ? step.kind : `${step.adapter}.${step.action ?? ''}`;
    table.push([
      step.path,
      what,
      STEP_COLOURS[step.status](style)(step.status),
      step.attempts > 0 ? String(step.attempts) : '',
      step.duration_ms === null ? '' : durationText(step.duration_ms),
      errorText(step.error),
    ]);
  }
  const tail = view.waiting.map(
    (wait) =>
      `${style.cyan('waits')} ${wait.step}: ${wait.reason}${wait.until === null ? '' : `, until ${wait.until}`}`,
  );
  if (view.error)
    tail.push(
      `${style.red('error')} ${errorText(view.error)}${view.error.step === undefined ? '' : style.dim(` (step ${view.error.step})`)}`,
    );
  if (view.output !== null) tail.push(`${style.bold('output')} ${JSON.stringify(view.output, null, 2)}`);
  return [...head, '', ...(view.steps.length > 0 ? [tableText(table)] : []), ...tail].join('\n');
}

function plainTable(head: string[], style: Style): InstanceType<typeof Table> {
  const edges = [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ];
  const chars = { ...Object.fromEntries(edges.map((edge) => [edge, ''])), middle: '  ' };
  return new Table({
    head: head.map((title) => style.dim(title)),
    chars,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
}

/** Without the spaces that pad the last column. */
function tableText(table: InstanceType<typeof Table>): string {
  return table.toString().replace(/[ \t]+$/gm, '');
}

function painted(status: ExecutionStatus, style: Style): string {
  return EXECUTION_COLOURS[status](style)(status);
}

function took(item: { started_at: string; ended_at: string | null }): string {
  return item.ended_at === null ? '' : durationText(Date.parse(item.ended_at) - Date.parse(item.started_at));
}

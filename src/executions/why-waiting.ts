import type { QueueState, RunDescription } from './runs.ts';
import type { StepView, WaitingView } from './view.ts';

/** A task that was given out is taken in this time by a worker that has nothing else to do, ms. */
const TAKEN_MS = 1_500;

/** Whether a worker should have taken up work of this execution by now, and has not: then the queue says why. */
export function isUntaken({ task, pending }: Pick<RunDescription, 'task' | 'pending'>, now: number): boolean {
  const late = (since: Date | null | undefined): boolean => since != null && now - since.getTime() > TAKEN_MS;
  return (
    (task !== undefined && task !== null && !task.started && late(task.since)) ||
    pending.some((call) => call.untakenSince !== undefined && late(call.untakenSince))
  );
}

/** Why an execution that has not ended does not go on, in sentences; what it does, when it does go on. */
export function whyWaiting(facts: {
  readonly status: 'running' | 'waiting' | 'paused';
  readonly description: Pick<RunDescription, 'task' | 'pending'>;
  readonly waiting: readonly WaitingView[];
  readonly steps: readonly StepView[];
  /** Asked for when work is not taken up. */
  readonly queue: QueueState | null;
}): string {
  const { status, description, waiting, steps, queue } = facts;
  const sentences = [
    ...(status === 'paused' ? ['It is paused: no step starts until it is resumed.'] : []),
    ...workerSentences(description, queue),
    ...waiting.map(sentenceOf),
  ];
  if (sentences.length > 0) return sentences.join(' ');
  const running = steps.filter((step) => step.status === 'running' && step.ended_at === null).at(-1);
  return running === undefined
    ? 'It does not wait: it runs.'
    : `It does not wait: ${running.path} runs since ${running.started_at}.`;
}

function workerSentences(
  { task, pending }: Pick<RunDescription, 'task' | 'pending'>,
  queue: QueueState | null,
): string[] {
  if (task != null && task.attempt > 1)
    return [
      `Workers fail on it: its task is given out for the ${ordinal(task.attempt)} time. Their log says why; it goes on once they are put right.`,
    ];
  if (queue === null) return [];
  if (queue.workers === 0) return [`No worker polls the task queue ${queue.name}: start one, and it goes on.`];
  const untaken = pending.find((call) => call.untakenSince !== undefined);
  const what = untaken === undefined ? 'Its next task' : `The call of ${untaken.id}`;
  const others =
    queue.backlog > 1
      ? ` About ${queue.backlog} tasks wait in ${queue.name}`
      : ` All workers of ${queue.name} are busy`;
  const age = queue.oldestMs >= 1_000 ? `, the oldest for ${Math.round(queue.oldestMs / 1_000)} s` : '';
  return [`${what} waits for a free worker.${others}${age}.`];
}

function sentenceOf({ step, reason, until, since }: WaitingView): string {
  const subject = step === '' ? 'The flow' : `Step ${step}`;
  const from = since === undefined ? '' : `, since ${since}`;
  const to = until === null ? '' : `, until ${until}`;
  return `${subject} ${reason.startsWith('attempt') ? `tries again: ${reason}` : reason}${from}${to}.`;
}

function ordinal(n: number): string {
  const rest = n % 100;
  const end = rest >= 11 && rest <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${end}`;
}

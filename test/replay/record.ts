import type { HistoryEvent, HistoryReader } from '../../src/executions/history.ts';
import type { Json } from '../../src/dsl/ir/json.ts';
import { outcomeOf, type TemporalWiring } from '../run/temporal-wiring.ts';
import { compileScenario, type Scenario } from './scenario.ts';
import { Steering } from './steering.ts';

/** What a recorded execution came to; stored beside its histories. */
export interface RecordedOutcome {
  readonly status: string;
  readonly output: Json;
  /** Code of the error, or null. */
  readonly error: string | null;
  /** Addresses of the steps that completed, in order. */
  readonly completed: readonly string[];
}
export interface Recording {
  /** One for each run, oldest first. */
  readonly histories: readonly (readonly HistoryEvent[])[];
  readonly outcome: RecordedOutcome;
  /** Histories of `alsoRecord`. */
  readonly also: Readonly<Record<string, readonly HistoryEvent[]>>;
}

/** Runs a scenario on Temporal. Rejects when the read model says something else than Temporal of how it ended. */
export async function record(wiring: TemporalWiring, scenario: Scenario): Promise<Recording> {
  const compiled = compileScenario(scenario);
  const start = async (
    name: string,
    input: Json,
  ): Promise<{
    steering: Steering;
    outcome: ReturnType<typeof outcomeOf>;
    first: Awaited<ReturnType<TemporalWiring['startCase']>>;
  }> => {
    const first = await wiring.startCase({ ...compiled, input }, `recorded-${name}`);
    return { steering: new Steering(wiring, first), outcome: outcomeOf(first), first };
  };
  const beside = scenario.beside === undefined ? null : await start(`${scenario.name}-beside`, scenario.beside.input);
  if (scenario.beside !== undefined) await beside?.steering.waiting(scenario.beside.waitsAt);
  const { steering, outcome, first } = await start(scenario.name, scenario.input ?? {});
  await scenario.steer?.(steering, beside?.steering ?? null);
  const ended = await outcome;
  await beside?.outcome;
  const { reader, histories } = await wiring.read(steering.id, first);
  const said = outcomeOfReader(reader);
  if (said.status !== ended.status || JSON.stringify(said.output) !== JSON.stringify(ended.output)) {
    throw new Error(
      `${scenario.name}: Temporal says ${JSON.stringify(ended)}, its history reads as ${JSON.stringify(said)}`,
    );
  }
  const also = await Promise.all(
    Object.entries(scenario.alsoRecord ?? {}).map(
      async ([name, id]) => [name, (await wiring.client.workflow.getHandle(id).fetchHistory()).events ?? []] as const,
    ),
  );
  return { histories, outcome: said, also: Object.fromEntries(also) };
}

export function outcomeOfReader(reader: HistoryReader): RecordedOutcome {
  return {
    status: reader.status,
    output: reader.output,
    error: reader.error?.code ?? null,
    completed: reader.trace.flatMap((event) => (event.type === 'step.completed' ? [event.step] : [])),
  };
}

import type { JsonObject, TriggerIr } from '../ir/index.ts';
import { describeNode, type MapNode, type Node } from '../parse/node.ts';
import type { CheckContext } from './context.ts';
import { gatherFacts } from './references/flow-facts.ts';
import { emptyScope } from './references/scope.ts';
import { useValues } from './references/walk.ts';
import { isCron, isTimeZone } from './read/schedule.ts';
import { readDuration } from './read/duration.ts';
import { child, readMap } from './read/map.ts';
import { defined } from './read/retry.ts';
import { readText, readWord } from './read/scalars.ts';
import { toJson } from './read/to-json.ts';
import { readExpression, readValue } from './read/value.ts';
import type { Value } from './model.ts';
import { FLOW_NAME } from './steps/flow.ts';

const KINDS = ['schedule', 'webhook', 'event', 'flow'] as const;
type TriggerKind = (typeof KINDS)[number];

export const OVERLAPS = ['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other', 'allow_all'] as const;
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export const VERIFIERS = ['standard', 'stripe', 'github', 'slack', 'hmac', 'none'] as const;

/** `trigger`: one or a list (dsl.md, section 8). Left out: manual. */
export function readTriggers(context: CheckContext, node: Node | undefined): TriggerIr[] {
  if (node === undefined) return [{ on: 'manual' }];
  const items = node.kind === 'list' ? node.items : [node];
  if (items.length === 0)
    context.reporter.value('WEIR1008', node, '`trigger` is an empty list; leave it out for a manual start.');
  return items.flatMap((item) => readTrigger(context, item) ?? []);
}

function readTrigger(context: CheckContext, node: Node): TriggerIr | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') {
    return node.value === 'manual' ? { on: 'manual' } : { on: 'event', type: node.value };
  }
  const kinds = node.kind === 'map' ? KINDS.filter((kind) => node.entries.has(kind)) : [];
  const [kind] = kinds;
  if (node.kind !== 'map' || kind === undefined || kinds.length > 1) {
    const found =
      node.kind === 'map'
        ? kinds.length > 1
          ? `this has ${kinds.map((each) => `\`${each}\``).join(' and ')}`
          : 'this has none of them'
        : `not ${describeNode(node)}`;
    context.reporter.value(
      'WEIR1010',
      node,
      `A trigger is an event type, \`manual\`, or a map with exactly one of \`schedule\`, \`webhook\`, \`event\`, \`flow\`; ${found}.`,
    );
    return undefined;
  }
  return READERS[kind](context, node);
}

const READERS: Readonly<Record<TriggerKind, (context: CheckContext, node: MapNode) => TriggerIr | undefined>> = {
  schedule(context, node) {
    readMap(context, node, { what: 'A schedule', keys: ['schedule', 'timezone', 'overlap', 'catchup', 'input'] });
    const schedule = readText(context, child(node, 'schedule'), '`schedule`');
    const timezone = readText(context, child(node, 'timezone'), '`timezone`');
    const zoneNode = child(node, 'timezone');
    const scheduleNode = child(node, 'schedule');
    if (schedule !== undefined && scheduleNode !== undefined && !isCron(schedule)) {
      context.reporter.value(
        'WEIR1011',
        scheduleNode,
        `\`${schedule}\` is no cron expression of five fields (minute, hour, day of month, month, day of week).`,
      );
    }
    if (timezone !== undefined && zoneNode !== undefined && !isTimeZone(timezone)) {
      context.reporter.value(
        'WEIR1012',
        zoneNode,
        `There is no time zone \`${timezone}\`.`,
        'Use a name such as `Europe/Berlin` or `UTC`.',
      );
    }
    readDuration(context, child(node, 'catchup'), { what: '`catchup`' });
    const overlap = readWord(context, child(node, 'overlap'), { what: '`overlap`', words: OVERLAPS });
    const catchup = readText(context, child(node, 'catchup'), '`catchup`');
    if (schedule === undefined) return undefined;
    return { on: 'schedule', schedule, ...defined({ timezone, overlap, catchup }), ...readInput(context, node) };
  },
  webhook(context, node) {
    readMap(context, node, { what: 'A webhook', keys: ['webhook', 'method', 'verify', 'secret', 'respond', 'input'] });
    const webhook = readText(context, child(node, 'webhook'), '`webhook`');
    const more = defined({
      method: readWord(context, child(node, 'method'), { what: '`method`', words: METHODS }),
      verify: readWord(context, child(node, 'verify'), { what: '`verify`', words: VERIFIERS }),
      // The name of a secret, not its value: `STRIPE_KEY`, or the same as a reference.
      secret: readText(context, child(node, 'secret'), '`secret`')?.replace(/^\$secrets\./, ''),
      respond: readWord(context, child(node, 'respond'), { what: '`respond`', words: ['accepted', 'result'] }),
    });
    return webhook === undefined ? undefined : { on: 'webhook', webhook, ...more, ...readInput(context, node) };
  },
  event(context, node) {
    readMap(context, node, {
      what: 'An event trigger',
      keys: ['event', 'match', 'correlate', 'dedupe', 'within', 'input'],
    });
    const type = readText(context, child(node, 'event'), '`event`');
    const matchNode = child(node, 'match');
    if (matchNode !== undefined && matchNode.kind !== 'map')
      context.reporter.value('WEIR1002', matchNode, `\`match\` takes a map, not ${describeNode(matchNode)}.`);
    const correlateNode = child(node, 'correlate');
    const dedupeNode = child(node, 'dedupe');
    const correlate =
      correlateNode === undefined ? undefined : triggerValue(context, readExpression(context, correlateNode));
    const dedupe = dedupeNode === undefined ? undefined : triggerValue(context, readValue(context, dedupeNode));
    const within = readDuration(context, child(node, 'within'), { what: '`within`' });
    if (type === undefined) return undefined;
    const match = matchNode?.kind === 'map' ? (toJson(matchNode) as JsonObject) : undefined; // a map node is an object
    return {
      on: 'event',
      type,
      ...defined({
        match,
        correlate: correlate?.ir,
        dedupe: dedupe?.ir,
        within: typeof within === 'number' ? within : within?.ir,
      }),
      ...readInput(context, node),
    };
  },
  flow(context, node) {
    readMap(context, node, { what: 'A flow trigger', keys: ['flow', 'on', 'input'] });
    const flowNode = child(node, 'flow');
    const flow = readText(context, flowNode, '`flow`');
    const state = readWord(context, child(node, 'on'), { what: '`on`', words: ['completed', 'failed'] });
    if (flow !== undefined && flowNode !== undefined && !FLOW_NAME.test(flow))
      context.reporter.value('WEIR5009', flowNode, `\`${flow}\` is no flow's name.`);
    return flow === undefined
      ? undefined
      : { on: 'flow', flow, state: state ?? 'completed', ...readInput(context, node) };
  },
};

function readInput(context: CheckContext, map: MapNode): { input?: Value['ir'] } {
  const node = child(map, 'input');
  return node === undefined ? {} : { input: triggerValue(context, readValue(context, node)).ir };
}

/** Before the flow starts there is only `$trigger` (and what never changes). */
function triggerValue(context: CheckContext, value: Value): Value {
  const facts = gatherFacts({ name: '', tags: [], inputs: null, triggers: [], vars: [], defaults: {}, steps: [] }, []);
  useValues(context, facts, [value], emptyScope());
  return value;
}

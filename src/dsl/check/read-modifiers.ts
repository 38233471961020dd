import type { StepKind } from '../ir/index.ts';
import type { MapNode, Node } from '../parse/node.ts';
import type { CheckContext } from './context.ts';
import { MODIFIERS, MODIFIERS_OF } from './keywords.ts';
import type { Modifiers } from './model.ts';
import { readHandlers } from './read-handlers.ts';
import { readDuration } from './read/duration.ts';
import { child } from './read/map.ts';
import { defined, readRetry } from './read/retry.ts';
import { readBoolean, readText, readWord } from './read/scalars.ts';
import { readCondition, readValue } from './read/value.ts';

const OWN_TIMEOUT: ReadonlySet<StepKind> = new Set(['wait_for', 'approve', 'script']);

/** The modifiers of a step; those that its kind does not take are reported and left out. */
export function readModifiers(
  context: CheckContext,
  map: MapNode,
  step: { kind: StepKind; position: string; branch: boolean },
): Modifiers {
  const taken: readonly string[] = MODIFIERS_OF[step.kind];
  const modifiers: readonly string[] = MODIFIERS;
  for (const { key, value } of map.entries.values()) {
    if (!modifiers.includes(key) || taken.includes(key)) continue;
    const hint =
      key === 'timeout' && OWN_TIMEOUT.has(step.kind)
        ? `Write it inside: \`${step.kind}: { timeout: … }\`.`
        : undefined;
    context.reporter.key('WEIR2006', value, `\`${key}\` makes no sense on a \`${step.kind}\` step.`, hint);
  }
  const at = (key: string): Node | undefined => (taken.includes(key) ? child(map, key) : undefined);
  const steps = (key: string) =>
    context.blocks.steps(at(key), { position: `${step.position}/${key}`, what: `\`${key}\`` });
  const condition = at('if');
  const idempotencyKey = at('idempotency_key');
  const wait = readWord(context, at('await'), { what: '`await`', words: ['callback'] });
  const execution = readWord(context, at('execution'), { what: '`execution`', words: ['activity', 'local'] });
  return defined({
    description: readText(context, at('description'), '`description`'),
    if: condition === undefined ? undefined : readCondition(context, condition),
    needs: readNeeds(context, at('needs'), step.branch),
    retry: readRetry(context, at('retry')),
    timeout: readDuration(context, at('timeout'), { what: '`timeout`' }),
    attemptTimeout: readDuration(context, at('attempt_timeout'), { what: '`attempt_timeout`' }),
    onError: readHandlers(context, at('on_error'), `${step.position}/on_error`),
    finally: steps('finally'),
    continueOnError: readBoolean(context, at('continue_on_error'), '`continue_on_error`'),
    compensate: steps('compensate'),
    idempotencyKey: idempotencyKey === undefined ? undefined : readValue(context, idempotencyKey),
    fallback: readNames(context, at('fallback'), '`fallback`'),
    awaitCallback: wait === undefined ? undefined : true,
    callbackTimeout: readDuration(context, at('callback_timeout'), { what: '`callback_timeout`' }),
    local: execution === undefined ? undefined : execution === 'local',
    sensitive: readBoolean(context, at('sensitive'), '`sensitive`'),
  });
}

function readNeeds(context: CheckContext, node: Node | undefined, branch: boolean): Modifiers['needs'] {
  if (node === undefined) return undefined;
  const names = readNames(context, node, '`needs`') ?? [];
  if (!branch) {
    context.reporter.key('WEIR2010', node, '`needs` orders the branches of a `parallel`; this step is none.');
    return undefined;
  }
  return names.map(({ name, node: at }) => ({ id: name, node: at }));
}

/** One name or a list of names, with their places. */
function readNames(
  context: CheckContext,
  node: Node | undefined,
  what: string,
): { name: string; node: Node }[] | undefined {
  if (node === undefined) return undefined;
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const name = readText(context, item, what);
    return name === undefined ? [] : [{ name, node: item }];
  });
}

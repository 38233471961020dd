import semver from 'semver';
import { describeNode, type MapNode, type Node } from '../parse/node.ts';
import { readNamedActions } from './calls/named-action.ts';
import type { CheckContext } from './context.ts';
import { ID_PATTERN } from './keywords.ts';
import type { FlowModel } from './model.ts';
import { readHandlers } from './read-handlers.ts';
import { readInputs } from './read-inputs.ts';
import { readTriggers } from './read-triggers.ts';
import { readCount, readDuration } from './read/duration.ts';
import { child, readMap } from './read/map.ts';
import { defined, readRetry } from './read/retry.ts';
import { readText, readTexts, readWord } from './read/scalars.ts';
import { readValue, readValues } from './read/value.ts';
import { FLOW_NAME } from './steps/flow.ts';

export const FLOW_KEYS = [
  'dsl',
  'flow',
  'version',
  'title',
  'description',
  'category',
  'tags',
  'inputs',
  'trigger',
  'vars',
  'actions',
  'defaults',
  'steps',
  'output',
  'on_error',
  'finally',
  'timeout',
  'on_timeout',
  'concurrency',
] as const;

/** Names that mean something to the host: `constructor` on every object, `default` as the bundle's catch-all. */
const HOST_NAMES = new Set(['constructor', 'prototype', 'default']);

/** The document (dsl.md, section 1). Keys that start with `x-` are the author's own. */
export function readFlow(context: CheckContext, node: Node): FlowModel | undefined {
  if (node.kind !== 'map') {
    context.reporter.value('WEIR1002', node, `A flow is a map with \`flow\` and \`steps\`, not ${describeNode(node)}.`);
    return undefined;
  }
  const free = [...node.entries.keys()].filter((key) => key.startsWith('x-'));
  const map = readMap(context, node, { what: 'A flow', keys: [...FLOW_KEYS, ...free], required: ['flow', 'steps'] });
  if (map === undefined) return undefined;
  checkDsl(context, child(map, 'dsl'));
  readNamedActions(context, child(map, 'actions'));
  const head = readHead(context, map);
  const triggers = readTriggers(context, child(map, 'trigger'));
  const outputNode = child(map, 'output');
  return {
    ...head,
    inputs: readInputs(context, child(map, 'inputs')),
    triggers,
    vars: readVars(context, child(map, 'vars')),
    defaults: readDefaults(context, child(map, 'defaults')),
    steps: context.blocks.steps(child(map, 'steps'), { position: 'steps', what: '`steps`', required: true }) ?? [],
    ...defined({
      output: outputNode === undefined ? undefined : readValue(context, outputNode),
      onError: readHandlers(context, child(map, 'on_error'), 'on_error'),
      finally: context.blocks.steps(child(map, 'finally'), { position: 'finally', what: '`finally`' }),
      timeout: readDuration(context, child(map, 'timeout'), { what: '`timeout`' }),
      onTimeout: readWord(context, child(map, 'on_timeout'), { what: '`on_timeout`', words: ['cancel', 'retry'] }),
      concurrency: readConcurrency(context, child(map, 'concurrency')),
    }),
  };
}

type Head = Pick<FlowModel, 'name' | 'tags'> &
  Partial<Pick<FlowModel, 'version' | 'title' | 'description' | 'category'>>;

function readHead(context: CheckContext, map: MapNode): Head {
  return {
    name: readName(context, child(map, 'flow')),
    tags: readTexts(context, child(map, 'tags'), '`tags`') ?? [],
    ...defined({
      version: readVersion(context, child(map, 'version')),
      title: readText(context, child(map, 'title'), '`title`'),
      description: readText(context, child(map, 'description'), '`description`'),
      category: readText(context, child(map, 'category'), '`category`'),
    }),
  };
}

function checkDsl(context: CheckContext, node: Node | undefined): void {
  if (node === undefined || (node.kind === 'scalar' && (node.value === 1 || node.value === '1'))) return;
  context.reporter.value(
    'WEIR1006',
    node,
    `\`dsl\` is the version of this language, which is 1, not ${describeNode(node)}.`,
  );
}

function readName(context: CheckContext, node: Node | undefined): string {
  const name = readText(context, node, '`flow`');
  if (name === undefined || node === undefined) return '';
  if (!FLOW_NAME.test(name)) {
    const better = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replace(/^[^a-z]+/, '')
      .slice(0, 64);
    const hint = FLOW_NAME.test(better) ? `Call it \`${better}\`.` : undefined;
    context.reporter.value(
      'WEIR1004',
      node,
      `\`${name}\` can't be a flow's name: at most 64 small letters, digits and \`-\`, starting with a letter.`,
      hint,
    );
  } else if (HOST_NAMES.has(name)) {
    context.reporter.value('WEIR1004', node, `\`${name}\` can't be a flow's name: it names a host object.`);
  }
  return name;
}

function readVersion(context: CheckContext, node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  const text = node.kind === 'scalar' ? String(node.value) : '';
  if (semver.valid(text) === text) return text;
  const written =
    node.kind === 'scalar' ? `\`${context.reporter.source.slice(node.start, node.end)}\`` : describeNode(node);
  context.reporter.value('WEIR1005', node, `\`version\` is a semantic version such as \`1.4.0\`, not ${written}.`);
  return undefined;
}

function readVars(context: CheckContext, node: Node | undefined): FlowModel['vars'] {
  const vars = readValues(context, node, { what: '`vars`' });
  if (node?.kind !== 'map') return vars;
  for (const { key, value } of node.entries.values()) {
    if (!ID_PATTERN.test(key))
      context.reporter.key(
        'WEIR1013',
        value,
        `\`${key}\` can't be the name of a variable: letters, digits and \`_\` only.`,
      );
  }
  return vars;
}

function readDefaults(context: CheckContext, node: Node | undefined): FlowModel['defaults'] {
  const map =
    node === undefined
      ? undefined
      : readMap(context, node, { what: '`defaults`', keys: ['retry', 'timeout', 'attempt_timeout'] });
  if (map === undefined) return {};
  return defined({
    retry: readRetry(context, child(map, 'retry')),
    timeout: readDuration(context, child(map, 'timeout'), { what: '`timeout`' }),
    attemptTimeout: readDuration(context, child(map, 'attempt_timeout'), { what: '`attempt_timeout`' }),
  });
}

function readConcurrency(context: CheckContext, node: Node | undefined): FlowModel['concurrency'] {
  const map =
    node === undefined
      ? undefined
      : readMap(context, node, { what: '`concurrency`', keys: ['limit', 'key', 'when_full'], required: ['limit'] });
  if (map === undefined) return undefined;
  const keyNode = child(map, 'key');
  return {
    limit: readCount(context, child(map, 'limit'), { what: '`limit`', max: 1_000_000 }) ?? 1,
    ...defined({
      key: keyNode === undefined ? undefined : readValue(context, keyNode),
      whenFull: readWord(context, child(map, 'when_full'), {
        what: '`when_full`',
        words: ['queue', 'reject', 'cancel_oldest'],
      }),
    }),
  };
}

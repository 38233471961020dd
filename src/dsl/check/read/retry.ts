import { didYouMean } from '../../diagnostics/nearest.ts';
import { describeNode, type Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import type { Retry } from '../model.ts';
import { readCount, readDuration } from './duration.ts';
import { child, readMap } from './map.ts';
import { readNumber, readTexts, readWord } from './scalars.ts';

const RETRY_KEYS = [
  'attempts',
  'backoff',
  'initial',
  'factor',
  'max_interval',
  'jitter',
  'max_duration',
  'on',
  'not_on',
] as const;
const BACKOFFS = ['exponential', 'linear', 'constant'] as const;

/** `retry: { … }` or `retry: false` (dsl.md, section 6). Only what the author set; defaults are merged when lowered. */
export function readRetry(context: CheckContext, node: Node | undefined): Retry | false | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar' && node.value === false) return false;
  if (node.kind !== 'map') {
    context.reporter.value(
      'WEIR1002',
      node,
      `\`retry\` takes a map or \`false\`, not ${describeNode(node)}.`,
      didYouMean('attempts', RETRY_KEYS),
    );
    return undefined;
  }
  const map = readMap(context, node, { what: '`retry`', keys: RETRY_KEYS });
  if (map === undefined) return undefined;
  return defined({
    attempts: readCount(context, child(map, 'attempts'), { what: '`attempts`', max: 1_000_000 }),
    backoff: readWord(context, child(map, 'backoff'), { what: '`backoff`', words: BACKOFFS }),
    initial: readDuration(context, child(map, 'initial'), { what: '`initial`', min: 0 }),
    factor: readNumber(context, child(map, 'factor'), { what: '`factor`', min: 1, max: 1000 }),
    maxInterval: readDuration(context, child(map, 'max_interval'), { what: '`max_interval`' }),
    jitter: readNumber(context, child(map, 'jitter'), { what: '`jitter`', min: 0, max: 1 }),
    maxDuration: readDuration(context, child(map, 'max_duration'), { what: '`max_duration`' }),
    on: readTexts(context, child(map, 'on'), '`on`'),
    notOn: readTexts(context, child(map, 'not_on'), '`not_on`'),
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without what is undefined, as `exactOptionalPropertyTypes` asks for. */
export function defined<T extends object>(object: T): Defined<T> {
  // Dropping the undefined entries is what makes the narrower type true.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}

import { parseDuration } from '../../expressions/index.ts';
import { describeNode, type Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import type { Count, Duration } from '../model.ts';
import { readValue } from './value.ts';

/** dsl.md, section 9: callbacks and waits last at most a year. */
const YEAR_MS = 366 * 24 * 60 * 60 * 1000;

export interface DurationSetting {
  readonly what: string;
  /** Smallest duration allowed, in milliseconds; 1 when left out. */
  readonly min?: number;
}

/** A duration: literal ones in milliseconds, references and `${ … }` as values. */
export function readDuration(
  context: CheckContext,
  node: Node | undefined,
  setting: DurationSetting,
): Duration | undefined {
  if (node === undefined) return undefined;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    const hint =
      node.kind === 'scalar' && typeof node.value === 'number' ? `Say the unit: \`${node.value}s\`.` : undefined;
    context.reporter.value(
      'WEIR3001',
      node,
      `${setting.what} takes a duration such as \`5m\`, not ${describeNode(node)}.`,
      hint,
    );
    return undefined;
  }
  const value = readValue(context, node);
  if (value.ir.v !== 'lit') return value;
  const milliseconds = parseDuration(node.value);
  if (milliseconds === null) {
    context.reporter.value(
      'WEIR3001',
      node,
      `${setting.what} takes a duration such as \`5m\`, \`1h30m\` or \`PT5M\`, not ${describeNode(node)}.`,
    );
    return undefined;
  }
  if (milliseconds < (setting.min ?? 1) || milliseconds > YEAR_MS) {
    const least = (setting.min ?? 1) === 0 ? 'not negative' : 'longer than nothing';
    context.reporter.value(
      'WEIR3002',
      node,
      `${setting.what} is ${least} and at most one year, not \`${node.value}\`.`,
    );
    return undefined;
  }
  return milliseconds;
}

/** A whole number of at least 1, or a reference that gives one. */
export function readCount(
  context: CheckContext,
  node: Node | undefined,
  setting: { what: string; max: number },
): Count | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const value = readValue(context, node);
    if (value.ir.v !== 'lit') return value;
  }
  if (node.kind !== 'scalar' || typeof node.value !== 'number') {
    context.reporter.value(
      'WEIR1002',
      node,
      `${setting.what} takes a whole number or a reference, not ${describeNode(node)}.`,
    );
    return undefined;
  }
  if (Number.isInteger(node.value) && node.value >= 1 && node.value <= setting.max) return node.value;
  context.reporter.value(
    'WEIR3002',
    node,
    `${setting.what} is a whole number from 1 to ${setting.max}, not ${node.value}.`,
  );
  return undefined;
}

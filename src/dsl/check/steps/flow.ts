import semver from 'semver';
import { didYouMean } from '../../diagnostics/nearest.ts';
import type { Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import { literal, type Value } from '../model.ts';
import { child, readMap } from '../read/map.ts';
import { readBoolean, readText } from '../read/scalars.ts';
import { readValue } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

export const FLOW_NAME = /^[a-z][a-z0-9-]{0,63}$/;

export const checkFlow: StepCheck<'flow'> = {
  settings: ['name', 'input', 'wait'],
  read(context, node) {
    if (node.kind === 'scalar') return { ref: readRef(context, node), input: literal({}), wait: true };
    const map = readMap(context, node, { what: '`flow`', keys: this.settings, required: ['name'] });
    if (map === undefined) return undefined;
    const nameNode = child(map, 'name');
    const inputNode = child(map, 'input');
    return {
      ref: nameNode === undefined ? literal('') : readRef(context, nameNode),
      input: inputNode === undefined ? literal({}) : readValue(context, inputNode),
      wait: readBoolean(context, child(map, 'wait'), '`wait`') ?? true,
    };
  },
  walk: (settings, walk) => walk.use(settings.ref, settings.input),
};

/** `name` or `name@range`; a computed one is looked up when the step starts. */
function readRef(context: CheckContext, node: Node): Value {
  const text = readText(context, node, 'The name of a flow');
  if (text === undefined) return literal('');
  const value = readValue(context, node);
  if (value.ir.v !== 'lit') return value;
  const at = text.indexOf('@');
  const name = at < 0 ? text : text.slice(0, at);
  const range = at < 0 ? '*' : text.slice(at + 1);
  if (!FLOW_NAME.test(name) || semver.validRange(range) === null || range === '') {
    context.reporter.value(
      'WEIR5009',
      node,
      `\`${text}\` is no flow reference: write \`name\` or \`name@range\`, such as \`billing@^1.2.0\`.`,
    );
    return literal('');
  }
  const versions = context.environment.flows.get(name);
  if (versions === undefined) {
    context.reporter.value(
      'WEIR5008',
      node,
      `No flow \`${name}\` is known now.`,
      didYouMean(name, context.environment.flows.keys()),
    );
  } else if (versions.length > 0 && !versions.some((version) => semver.satisfies(version, range))) {
    context.reporter.value(
      'WEIR5008',
      node,
      `The flow \`${name}\` has no version in the range \`${range}\`.`,
      `Known: ${versions.slice(-5).join(', ')}.`,
    );
  }
  return value;
}

import { YAMLException } from 'js-yaml';
import { Problem } from '../problems/problem.ts';
import { FIRST_VERSION } from './version-history.ts';
import { replaceScalars, yamlScalars } from './yaml-scalars.ts';

/**
 * The source of a flow under another name, with its comments. A version that it names becomes the first one: versions count
 * within a flow. Throws invalid_flow where the name is not written as a plain value.
 */
export function renameFlow(source: string, name: string): string {
  const scalars = scalarsOf(source).filter(({ isKey }) => !isKey);
  const flow = scalars.find(({ pointer }) => pointer === '/flow');
  if (flow === undefined) throw new Problem('invalid_flow', 'The source has no `flow: name` at its top.');
  const version = scalars.find(({ pointer }) => pointer === '/version');
  return replaceScalars(source, [
    { scalar: flow, value: name },
    ...(version === undefined ? [] : [{ scalar: version, value: FIRST_VERSION }]),
  ]);
}

function scalarsOf(source: string) {
  try {
    return yamlScalars(source);
  } catch (error) {
    if (error instanceof YAMLException) throw new Problem('invalid_flow', `The source is no YAML: ${error.reason}.`);
    throw error;
  }
}

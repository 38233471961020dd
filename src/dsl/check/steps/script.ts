import { didYouMean } from '../../diagnostics/nearest.ts';
import type { MapNode } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import { readDuration } from '../read/duration.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readText, readWord } from '../read/scalars.ts';
import { readValue } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

const RUNTIMES = ['node', 'python', 'bash'] as const;

export const checkScript: StepCheck<'script'> = {
  settings: ['runtime', 'source', 'file', 'input', 'timeout'],
  read(context, node) {
    const map = readMap(context, node, { what: '`script`', keys: this.settings, required: ['runtime'] });
    if (map === undefined) return undefined;
    const inputNode = child(map, 'input');
    return {
      runtime: readWord(context, child(map, 'runtime'), { what: '`runtime`', words: RUNTIMES }) ?? 'node',
      source: readSource(context, map),
      ...defined({
        input: inputNode === undefined ? undefined : readValue(context, inputNode),
        timeout: readDuration(context, child(map, 'timeout'), { what: '`timeout`' }),
      }),
    };
  },
  walk: (settings, walk) => walk.use(settings.input, settings.timeout),
};

/** The script's text: written in the flow, or the file beside it. */
function readSource(context: CheckContext, map: MapNode): string {
  const sourceNode = child(map, 'source');
  const fileNode = child(map, 'file');
  if ((sourceNode === undefined) === (fileNode === undefined)) {
    context.reporter.key(
      'WEIR2017',
      map,
      `\`script\` takes exactly one of \`source\` and \`file\`; ${sourceNode === undefined ? 'neither is there' : 'both are there'}.`,
    );
    return '';
  }
  if (fileNode === undefined) return readText(context, sourceNode, '`source`') ?? '';
  const file = readText(context, fileNode, '`file`');
  if (file === undefined) return '';
  const files = context.environment.files ?? new Map<string, string>();
  const text = files.get(file) ?? files.get(file.replace(/^\.\//, ''));
  if (text === undefined)
    context.reporter.value(
      'WEIR2020',
      fileNode,
      `There is no file \`${file}\` beside this flow.`,
      files.size === 0 ? undefined : didYouMean(file, files.keys()),
    );
  return text ?? '';
}

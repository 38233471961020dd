import { EVENT_ID, parseEvents, YAMLException } from 'js-yaml';
import type { CompileLimits } from '../compile-environment.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import { buildTree } from './build-tree.ts';
import type { Node } from './node.ts';

/**
 * How deep the YAML itself may go before the reader gives up. Far above {@link CompileLimits.maxDepth}, which counts blocks of steps and
 * levels of data (a block of steps is up to five YAML levels), and low enough that no recursion overflows the stack.
 */
const YAML_DEPTH_PER_LEVEL = 6;

/** Reads one YAML or JSON document into a tree with positions. Undefined when nothing can be read; problems are reported. */
export function parse(source: string, limits: CompileLimits, reporter: Reporter): Node | undefined {
  const maxDepth = limits.maxDepth * YAML_DEPTH_PER_LEVEL;
  try {
    const events = parseEvents(source, { maxDepth });
    if (events.filter((event) => event.type === EVENT_ID.DOCUMENT).length > 1) {
      const second = secondDocument(source);
      reporter.span(
        'WEIR0004',
        { start: second, end: second + 3 },
        'The source holds several YAML documents; a flow is exactly one.',
      );
    }
    return buildTree({ source, events, limits, reporter });
  } catch (error) {
    // js-yaml advises to expect any error on untrusted input, not only its own.
    const reason =
      error instanceof YAMLException ? error.reason : error instanceof Error ? error.message : String(error);
    const start = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0;
    const deep = /nesting|depth/i.test(reason);
    const message = deep
      ? `The document is nested more than ${limits.maxDepth} levels deep.`
      : `The YAML can't be read: ${reason}.`;
    reporter.span(deep ? 'WEIR0005' : 'WEIR0003', { start, end: start + 1 }, message);
    return undefined;
  }
}

function secondDocument(source: string): number {
  const markers = [...source.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)].map((match) => match.index);
  const first = source.search(/^(?!\s*(?:#|$|---))/m);
  return markers.find((at) => first >= 0 && at > first) ?? markers.at(-1) ?? 0;
}

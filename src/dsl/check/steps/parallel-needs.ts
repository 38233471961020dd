import { didYouMean } from '../../diagnostics/nearest.ts';
import type { CheckContext } from '../context.ts';
import type { Branch } from '../model.ts';

/** `needs` names other branches of the same parallel, and no branch waits for itself by a detour. */
export function checkNeeds(context: CheckContext, branches: readonly Branch[], known: { partial: boolean }): void {
  const byId = new Map(branches.map((branch) => [branch.id, branch]));
  for (const branch of branches) {
    for (const need of branch.steps[0]?.modifiers.needs ?? []) {
      if (byId.has(need.id)) continue;
      if (known.partial && context.ids.has(need.id)) continue; // may be a branch that is broken itself
      const others = [...byId.keys()].filter((id) => id !== branch.id);
      context.reporter.value(
        'WEIR2011',
        need.node,
        `\`needs\` names \`${need.id}\`, which is no branch of this \`parallel\`.`,
        didYouMean(need.id, others),
      );
    }
  }
  const circle = findCircle(branches, byId);
  if (circle === undefined) return;
  const [first] = circle;
  const branch = first === undefined ? undefined : byId.get(first);
  if (branch === undefined) return;
  const way = [...circle, first].map((id) => `\`${id}\``).join(' needs ');
  const at = branch.steps[0]?.modifiers.needs?.[0]?.node ?? branch.node;
  context.reporter.value('WEIR2012', at, `These branches wait for each other: ${way}.`);
}

function findCircle(branches: readonly Branch[], byId: ReadonlyMap<string, Branch>): string[] | undefined {
  const done = new Set<string>();
  const visit = (id: string, way: readonly string[]): string[] | undefined => {
    const at = way.indexOf(id);
    if (at >= 0) return way.slice(at);
    if (done.has(id)) return undefined;
    for (const need of byId.get(id)?.needs ?? []) {
      const found = visit(need, [...way, id]);
      if (found !== undefined) return found;
    }
    done.add(id);
    return undefined;
  };
  for (const branch of branches) {
    const found = visit(branch.id, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

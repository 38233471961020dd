import { nearest } from '../expressions/nearest.ts';

export { nearest };

/** A hint for an unknown name: what was probably meant, else all there is (up to twelve). */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const all = [...known];
  const close = nearest(name, all);
  if (close !== undefined) return `Did you mean \`${close}\`?`;
  if (all.length === 0) return undefined;
  const shown = all
    .slice(0, 12)
    .map((each) => `\`${each}\``)
    .join(', ');
  return `Known here: ${shown}${all.length > 12 ? ', …' : ''}.`;
}

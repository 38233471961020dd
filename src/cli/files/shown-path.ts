import { relative, sep } from 'node:path';

/** A path as people and tools see it: relative to the working folder with `/`, absolute when it lies outside. */
export function shownPath(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  return (inside.startsWith('..') ? path : inside).split(sep).join('/');
}

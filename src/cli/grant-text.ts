import type { Fields } from './answer-fields.ts';

/** A grant for people: `admin on everything`, `author on the category support`, `operator on the flow pay`. */
export function grantText(grant: Fields): string {
  return `${grant.show('role')} ${scopeText(grant)}`;
}

/** What a grant holds on. */
export function scopeText(grant: Fields): string {
  const on = grant.part('on');
  if (on?.show('category')) return `on the category ${on.show('category')}`;
  return on?.show('flow') ? `on the flow ${on.show('flow')}` : 'on everything';
}

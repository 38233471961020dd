import type { DurationIr, ValueIr } from '../ir/index.ts';

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** A compiled value as its author would write it, on one line. */
export function valueText(value: ValueIr): string {
  switch (value.v) {
    case 'lit':
      return typeof value.value === 'string' ? value.value : JSON.stringify(value.value);
    case 'expr':
      return value.src;
    case 'text':
      return value.parts.map((part) => (typeof part === 'string' ? part : `\${${partSource(part)}}`)).join('');
    case 'list':
      return `[${value.items.map(valueText).join(', ')}]`;
    case 'map':
      return `{${value.entries.map((entry) => `${entry.key}: ${valueText(entry.value)}`).join(', ')}}`;
    case 'secret':
      return `$secrets.${value.name}`;
    case 'callback_url':
      return '$execution.callback_url';
  }
}

/** `90_000` → `1m30s`; a computed duration as its expression. */
export function durationText(duration: DurationIr): string {
  if (typeof duration !== 'number') return valueText(duration);
  let rest = duration;
  let text = '';
  for (const [unit, ms] of UNITS) {
    const count = Math.floor(rest / ms);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * ms;
  }
  return text || '0s';
}

function partSource(part: Exclude<Extract<ValueIr, { v: 'text' }>['parts'][number], string>): string {
  if ('src' in part) return part.src;
  return 'secret' in part ? `$secrets.${part.secret}` : '$execution.callback_url';
}

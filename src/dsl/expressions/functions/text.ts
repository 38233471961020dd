import { equals } from '../equals.ts';
import { wrong } from '../expression-error.ts';
import { MAX_MATCHED_CHARS, MAX_OUTPUT_CHARS } from '../limits.ts';
import { isList, type Value } from '../values.ts';
import { argument, type CelFunction, listArg, textArg, type Tools, wholeArg } from './function.ts';
import { stringOf } from './conversion.ts';

const SURROGATE = /[\ud800-\udfff]/;

/** Functions over text. Positions and lengths count code points, as CEL does. */
export const TEXT: Readonly<Record<string, CelFunction>> = {
  contains: {
    usage: 'contains(text, part) or contains(list, item)',
    args: [2, 2],
    call: (args, { budget }) => {
      const whole = argument(args, 0);
      if (isList(whole)) return whole.some((item) => equals(item, argument(args, 1), budget));
      const [text, part] = search('contains', args, budget);
      return text.includes(part);
    },
  },
  startsWith: {
    usage: 'startsWith(text, start)',
    args: [2, 2],
    call: (args, { budget }) => {
      const [text, part] = search('startsWith', args, budget);
      return text.startsWith(part);
    },
  },
  endsWith: {
    usage: 'endsWith(text, end)',
    args: [2, 2],
    call: (args, { budget }) => {
      const [text, part] = search('endsWith', args, budget);
      return text.endsWith(part);
    },
  },
  indexOf: {
    usage: 'indexOf(text, part) or indexOf(list, item); -1 if there is none',
    args: [2, 2],
    call: (args, tools) => position('indexOf', args, tools),
  },
  lastIndexOf: {
    usage: 'lastIndexOf(text, part) or lastIndexOf(list, item)',
    args: [2, 2],
    call: (args, tools) => position('lastIndexOf', args, tools),
  },
  substring: {
    usage: 'substring(text, from, to?); `to` is not included',
    args: [2, 3],
    call: (args, { budget }) => {
      const points = pointsOf(textArg('substring', args, 0), budget);
      const from = wholeArg('substring', args, 1, 0);
      const to = wholeArg('substring', args, 2, points.length);
      if (from < 0 || to > points.length || from > to)
        throw wrong(`substring() goes from ${from} to ${to}, but the text has ${points.length} characters`);
      return typeof points === 'string' ? points.slice(from, to) : points.slice(from, to).join('');
    },
  },
  charAt: {
    usage: 'charAt(text, index)',
    args: [2, 2],
    call: (args, { budget }) => {
      const points = pointsOf(textArg('charAt', args, 0), budget);
      return points[wholeArg('charAt', args, 1, 0)] ?? '';
    },
  },
  split: {
    usage: 'split(text, separator, limit?)',
    args: [2, 3],
    call: (args, { budget }) => {
      const [text, separator] = search('split', args, budget);
      budget.spend(text.length / 4);
      const parts = separator === '' ? [...text] : text.split(separator);
      budget.spend(parts.length);
      const limit = wholeArg('split', args, 2, -1);
      if (limit < 0 || parts.length <= limit) return parts;
      return limit === 0 ? [] : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
    },
  },
  join: {
    usage: 'join(list, separator?)',
    args: [1, 2],
    call: (args, { budget }) => {
      const list = listArg('join', args, 0);
      const separator = args.length > 1 ? textArg('join', args, 1) : '';
      let chars = 0;
      const parts = list.map((item) => {
        const part = stringOf(item, budget);
        chars += part.length + separator.length;
        if (chars > MAX_OUTPUT_CHARS) throw wrong('join() makes too long a text');
        budget.spendChars(part.length + separator.length);
        return part;
      });
      return parts.join(separator);
    },
  },
  replace: {
    usage: 'replace(text, old, new, limit?)',
    args: [3, 4],
    call: (args, { budget }) => {
      const [text, old] = search('replace', args, budget);
      const by = textArg('replace', args, 2);
      const limit = wholeArg('replace', args, 3, -1);
      budget.spend(text.length / 4);
      const parts = old === '' ? ['', ...text, ''] : text.split(old);
      const count = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
      budget.spendChars(text.length + parts.length * 4 + count * by.length);
      return [parts.slice(0, count + 1).join(by), ...parts.slice(count + 1)].join(old);
    },
  },
  trim: { usage: 'trim(text)', args: [1, 1], call: (args, { budget }) => whole('trim', args, budget).trim() },
  lowerAscii: {
    usage: 'lowerAscii(text)',
    args: [1, 1],
    call: (args, { budget }) => whole('lowerAscii', args, budget).replace(/[A-Z]+/g, (part) => part.toLowerCase()),
  },
  upperAscii: {
    usage: 'upperAscii(text)',
    args: [1, 1],
    call: (args, { budget }) => whole('upperAscii', args, budget).replace(/[a-z]+/g, (part) => part.toUpperCase()),
  },
  matches: {
    usage: 'matches(text, pattern): RE2 syntax, found anywhere in the text',
    args: [2, 2],
    call: (args, tools) => regex('matches', args, tools).find(),
  },
  find: {
    usage: 'find(text, pattern): the first match, or its first group if there is one; null if there is none',
    args: [2, 2],
    call: (args, tools) => {
      const matcher = regex('find', args, tools);
      if (!matcher.find()) return null;
      return matcher.group(matcher.groupCount() > 0 ? 1 : 0) ?? null;
    },
  },
};

/** Characters of a text as code points; a text without surrogates is its own list of them. */
export function pointsOf(text: string, budget: Tools['budget']): string | string[] {
  budget.spendChars(text.length);
  if (!SURROGATE.test(text)) return text;
  budget.spend(text.length);
  return [...text];
}

function whole(name: string, args: readonly Value[], budget: Tools['budget']): string {
  const text = textArg(name, args, 0);
  budget.spendChars(text.length * 4);
  return text;
}

function search(name: string, args: readonly Value[], budget: Tools['budget']): [text: string, part: string] {
  const text = textArg(name, args, 0);
  const part = textArg(name, args, 1);
  budget.spendSearch(text.length, part.length);
  return [text, part];
}

function position(name: 'indexOf' | 'lastIndexOf', args: readonly Value[], { budget }: Tools): number {
  const value = argument(args, 0);
  if (isList(value)) {
    const matches = (item: Value): boolean => equals(item, argument(args, 1), budget);
    return name === 'indexOf' ? value.findIndex(matches) : value.findLastIndex(matches);
  }
  const [text, part] = search(name, args, budget);
  const at = text[name](part);
  return at <= 0 ? at : pointsOf(text.slice(0, at), budget).length;
}

/** The work of a match is the text times the pattern's program; it is paid for before it is done. */
function regex(
  name: string,
  args: readonly Value[],
  tools: Tools,
): ReturnType<ReturnType<Tools['pattern']>['matcher']> {
  const text = textArg(name, args, 0);
  if (text.length > MAX_MATCHED_CHARS) throw wrong(`${name}() takes texts of at most ${MAX_MATCHED_CHARS} characters`);
  const compiled = tools.pattern(textArg(name, args, 1));
  tools.budget.spend(10 + (text.length * compiled.programSize()) / 16);
  return compiled.matcher(text);
}

import { describe, expect, it } from 'vitest';
import type { ValueIr } from '../ir/value.ts';
import { parseExpression, parseValue } from './index.ts';

const parsed = (text: string, secrets = true) => parseValue(text, { secrets });
const kinds = (problems: readonly { kind: string }[]): string[] => problems.map((problem) => problem.kind);

describe('parseValue', () => {
  it.each<[string, ValueIr]>([
    ['plain', { v: 'lit', value: 'plain' }],
    ['', { v: 'lit', value: '' }],
    ['$5', { v: 'lit', value: '$5' }],
    ['$', { v: 'lit', value: '$' }],
    ['$ 5 and $', { v: 'lit', value: '$ 5 and $' }],
    ['a $$ b', { v: 'lit', value: 'a $$ b' }],
    ['$$$', { v: 'lit', value: '$$$' }],
    ['$${ $input.x }', { v: 'lit', value: '${ $input.x }' }],
    ['$$input', { v: 'lit', value: '$input' }],
    ['see $$input.x', { v: 'lit', value: 'see $input.x' }],
    ['$input', { v: 'expr', src: '$input' }],
    ['$step.path[0].x', { v: 'expr', src: '$step.path[0].x' }],
    ['$trigger.headers["content-type"]', { v: 'expr', src: '$trigger.headers["content-type"]' }],
    ["$trigger.headers['x-y']", { v: 'expr', src: "$trigger.headers['x-y']" }],
    ['$step.?x', { v: 'expr', src: '$step.?x' }],
    ['${ $vars.n + 1 }', { v: 'expr', src: '$vars.n + 1' }],
    ['${$vars.n}', { v: 'expr', src: '$vars.n' }],
    ['${ {"a": {"b": "}"}}.a }', { v: 'expr', src: '{"a": {"b": "}"}}.a' }],
    ['${ $a.b }${ $c }', { v: 'text', parts: [{ src: '$a.b' }, { src: '$c' }] }],
    [
      'Hi ${ $a.b }, $${x} costs $5 ${ $c }!',
      { v: 'text', parts: ['Hi ', { src: '$a.b' }, ', ${x} costs $5 ', { src: '$c' }, '!'] },
    ],
    ['$secrets.KEY', { v: 'secret', name: 'KEY' }],
    ['${ $secrets["K-1"] }', { v: 'secret', name: 'K-1' }],
    ['$execution.callback_url', { v: 'callback_url' }],
    ['Bearer ${ $secrets.KEY }', { v: 'text', parts: ['Bearer ', { secret: 'KEY' }] }],
    [
      '${ $execution.callback_url }?x=${ $execution.id }',
      { v: 'text', parts: [{ callback_url: true }, '?x=', { src: '$execution.id' }] },
    ],
  ])('%j', (text, value) => {
    expect(parsed(text)).toMatchObject({ value, problems: [] });
  });

  it('gives references with their place', () => {
    const { references } = parsed('${ has($a.b) ? $a.b : $c.?d[0] } ${ $e[$f].g }');
    expect(references).toEqual([
      { root: 'a', path: ['b'], offset: 7, length: 4, optional: true },
      { root: 'a', path: ['b'], offset: 15, length: 4, optional: false },
      { root: 'c', path: ['d', 0], offset: 22, length: 8, optional: true },
      { root: 'e', path: [], offset: 36, length: 2, optional: false },
      { root: 'f', path: [], offset: 39, length: 2, optional: false },
    ]);
  });

  it('refuses a string that starts with a reference and goes on', () => {
    const { problems, value } = parsed('$vars.n + 1');
    expect(problems).toEqual([
      expect.objectContaining({ kind: 'reference_with_more', severity: 'error', root: 'vars', offset: 0, length: 11 }),
    ]);
    expect(problems[0]?.hint).toContain('${ $vars.n + 1 }');
    expect(value).toEqual({ v: 'lit', value: '$vars.n + 1' });
  });

  it('says how to take a field with a dash', () => {
    expect(parsed('$trigger.headers.content-type').problems[0]?.hint).toContain('$trigger.headers["content-type"]');
    expect(parsed('${ $trigger.headers.content-type }').problems[0]?.hint).toContain('["content-type"]');
    expect(parsed('$input.x\n').problems[0]?.hint).toContain('|-');
  });

  it('gives the name, so that text which only looks like a reference can be let through', () => {
    expect(parsed('$USD 5 and ${ $x }')).toMatchObject({
      problems: [{ kind: 'reference_with_more', root: 'USD' }],
      value: { v: 'text', parts: ['$USD 5 and ', { src: '$x' }] },
    });
  });

  it('warns of a root in the middle of a text', () => {
    expect(parsed('Hello $input.name!').problems).toEqual([
      expect.objectContaining({ kind: 'root_in_text', severity: 'warning', root: 'input', offset: 6, length: 11 }),
    ]);
  });

  it.each([
    ['$secrets.X', false],
    ['${ $execution.callback_url }', false],
    ['a ${ $secrets.X }', false],
    ['${ "a" + $secrets.X }', true],
    ['${ size($secrets.X) }', true],
    ['$secrets', true],
    ['$secrets.X.y', true],
    ['${ $secrets[$input.name] }', true],
    ['${ $execution.callback_url + "?x" }', true],
    ['${ $secrets.?X }', true],
    ['${ has($secrets.X) }', true],
  ])('%s with secrets allowed: %s', (text, secrets) => {
    expect(kinds(parsed(text, secrets).problems)).toEqual(['secret_place']);
  });

  it.each([
    ['a ${ $x', 'not closed', 2],
    ['${ }', 'empty', 3],
    ['${ 1 + }', 'a value is expected', 6],
    ['x ${ $a = 1 }', 'unexpected `=`', 8],
  ])('%j is a syntax error at its place', (text, message, at) => {
    const { problems } = parsed(text);
    expect(problems).toEqual([expect.objectContaining({ kind: 'syntax', severity: 'error' })]);
    expect(problems[0]?.message).toContain(message);
    expect(Math.abs((problems[0]?.offset ?? -9) - at)).toBeLessThanOrEqual(2);
  });
});

describe('parseExpression', () => {
  it.each([
    ['$a.b == 1', '$a.b == 1', 0],
    ['  $a.b == 1\n', '$a.b == 1', 2],
    ['${ $a.b == 1 }', '$a.b == 1', 3],
    [' ${$a} ', '$a', 3],
  ])('%j', (text, src, offset) => {
    expect(parseExpression(text)).toMatchObject({
      value: { v: 'expr', src },
      problems: [],
      references: [{ root: 'a', offset }],
    });
  });

  it.each([
    ['input.x == 1', 'root_without_dollar', 0, 5],
    ['$a.b == billing', 'root_without_dollar', 8, 7],
    ['siez($a)', 'unknown_function', 0, 4],
    ['$a.nope()', 'unknown_function', 3, 4],
    ['size()', 'type', 0, 4],
    ['$a.map($x, $x)', 'type', 3, 3],
    ['$x.y.orValue(1)', 'type', 5, 7],
    ['has($x)', 'type', 0, 3],
    ['"a" + 1', 'type', 0, 7],
    ['size($a) > "2"', 'type', 0, 14],
    ['$a.matches("(")', 'type', 11, 3],
    ['$secrets.X == "a"', 'secret_place', 0, 10],
    ['$a === 1', 'syntax', 3, 3],
    ['$a and $b', 'syntax', 3, 3],
    ['$a ${ $b }', 'syntax', 3, 1],
    ['"open', 'syntax', 0, 5],
    ['"a\\q"', 'syntax', 2, 2],
    ['b"bytes"', 'syntax', 0, 2],
    ['5m', 'syntax', 0, 2],
    ['9007199254740993', 'syntax', 0, 16],
    ['', 'syntax', 0, 1],
  ])('%j: %s', (text, kind, offset, length) => {
    expect(parseExpression(text).problems).toEqual([
      expect.objectContaining({ kind, severity: 'error', offset, length }),
    ]);
  });

  it.each([
    ['=', '=='],
    ['$a && $b & $c', '&&'],
    ['$a and $b', '&&'],
    ['siez($a)', 'size('],
    ['input.x', '$input'],
    ['$a.filter(item, itme > 1)', 'item'],
    ['$x.y.orValue(1)', '.?'],
  ])('%j hints at %s', (text, hint) => expect(parseExpression(text).problems[0]?.hint).toContain(hint));

  it('knows a type that never changes', () => {
    expect(parseExpression('$a == 1 || has($b.c)').type).toBe('bool');
    expect(parseExpression('size($a)').type).toBe('number');
    expect(parseExpression('"true"').type).toBe('string');
    expect(parseExpression('$a.b').type).toBeNull();
  });

  it('reports all names at once', () => {
    expect(kinds(parseExpression('a == b && nope(c)').problems)).toEqual([
      'root_without_dollar',
      'root_without_dollar',
      'root_without_dollar',
      'unknown_function',
    ]);
  });
});

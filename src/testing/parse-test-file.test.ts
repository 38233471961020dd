import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { flowTestSchema, parseTestFile } from './index.ts';
import { TEST_CODES } from './test-codes.ts';

const FULL = `
x-note: anchors may live here
flow: ./support.flow.yaml
config: { REGION: eu }
mocks: { log.write: { return: null } }
cases:
  - name: billing goes to finance
    description: the common way
    input: { text: my invoice is wrong }
    config: { TIER: gold }
    trigger: { type: webhook.received, data: { a: 1 }, headers: { x: y } }
    mocks:
      ai.classify: { return: { category: billing }, delay: 3s }
      stripe.charge_card: [ { fail: { code: http_503, retry_after: 2s } }, { fail: timeout }, { fail: { code: declined, status: 402, message: no, details: { a: 1 } } }, { return: { id: ch_1 } } ]
      slow: { delay: 1m }
    events:
      - { after: 10m, type: payment.settled, data: { ok: true } }
      - { after: 1h, callback: { step: hook, payload: { n: 1 } } }
      - { after: PT2H, decision: { step: gate, approved: false, comment: why, by: ada } }
      - { after: 3h, pause: true }
      - { resume: true }
      - { after: 0, cancel: true }
    expect:
      status: completed
      output: { routed: finance }
      output_exact: { routed: finance }
      calls: [ ai.classify, { finance.open_ticket: { title: x } } ]
      elapsed: 3s
  - { name: fails, expect: { error: { code: x, message: part } } }
  - { name: fails by code, expect: { error: x, elapsed: { min: 1s, max: 2s } } }
  - { name: later, skip: waits for the new API }
  - { name: plain }
`;

describe('parseTestFile', () => {
  it('reads everything that there is', () => {
    const { file, diagnostics } = parseTestFile(FULL);
    expect(diagnostics).toEqual([]);
    const [first, second, third, fourth, fifth] = file?.cases ?? [];
    expect(file?.flow).toBe('./support.flow.yaml');
    expect(first).toMatchObject({
      name: 'billing goes to finance',
      line: 7,
      skip: null,
      input: { text: 'my invoice is wrong' },
      config: { REGION: 'eu', TIER: 'gold' },
    });
    expect(first?.mocks.get('log.write')).toEqual([{ after: 0, result: null }]);
    expect(first?.mocks.get('ai.classify')).toEqual([{ after: 3000, result: { category: 'billing' } }]);
    expect(first?.mocks.get('slow')).toEqual([{ after: 60_000, result: null }]);
    expect(first?.mocks.get('stripe.charge_card')).toMatchObject([
      { error: { code: 'http_503', status: 503, retryable: true, retryAfterMs: 2000 } },
      { error: { code: 'timeout', retryable: true } },
      { error: { code: 'declined', status: 402, retryable: false, message: 'no', details: { a: 1 } } },
      { result: { id: 'ch_1' } },
    ]);
    expect(first?.events).toEqual([
      {
        at: 600_000,
        do: { kind: 'event', id: 'event-1', type: 'payment.settled', source: 'test', data: { ok: true } },
      },
      { at: 3_600_000, do: { kind: 'callback', step: 'hook', payload: { n: 1 } } },
      { at: 7_200_000, do: { kind: 'decision', step: 'gate', approved: false, comment: 'why', form: null, by: 'ada' } },
      { at: 10_800_000, do: { kind: 'pause' } },
      { at: 0, do: { kind: 'resume' } },
      { at: 0, do: { kind: 'cancel' } },
    ]);
    expect(first?.expect).toMatchObject({
      status: 'completed',
      calls: [{ call: 'ai.classify' }, { call: 'finance.open_ticket', params: { title: 'x' } }],
      elapsed: { min: 2501, max: 3499 },
      lines: { calls: 27 },
    });
    expect(second?.expect).toMatchObject({ status: 'failed', error: { code: 'x', message: 'part' } });
    expect(third?.expect).toMatchObject({ status: 'failed', error: { code: 'x' }, elapsed: { min: 1000, max: 2000 } });
    expect(fourth?.skip).toBe('waits for the new API');
    expect(fifth).toMatchObject({ input: undefined, expect: { status: 'completed' } });
  });

  it.each<[string, string, string, number, number]>([
    ['flow: a', 'WEIR9003', 'needs `cases`', 1, 1],
    ['', 'WEIR9003', 'needs `flow`', 1, 1],
    ['flow: a\ncases: []', 'WEIR9003', 'at least one case', 2, 8],
    ['flow: a\ncases:\n  - nme: x', 'WEIR9001', 'no setting `nme`', 3, 5],
    ['flow: a\ncases:\n  - name: x\n    mocks: { a.b: { result: 1 } }', 'WEIR9002', '{ return: … }', 4, 19],
    ['flow: a\ncases:\n  - name: x\n    mocks: { a.b: 5 }', 'WEIR9002', 'not the number 5', 4, 19],
    ['flow: a\ncases:\n  - name: x\n    mocks: { a.b: [] }', 'WEIR9003', 'at least one answer', 4, 19],
    ['flow: a\ncases:\n  - name: x\n    mocks: { a.b: { return: 1, fail: x } }', 'WEIR9002', 'either', 4, 32],
    ['flow: a\ncases:\n  - name: x\n    mocks: { a.b: { fail: { status: 503 } } }', 'WEIR9003', 'needs `code`', 4, 27],
    [
      'flow: a\ncases:\n  - name: x\n    mocks: { a.b: { fail: { code: x, status: 999 } } }',
      'WEIR9002',
      '100 to 599',
      4,
      46,
    ],
    ['flow: a\ncases:\n  - name: x\n    mocks: { a.b: { delay: 5 } }', 'WEIR9002', 'length of time', 4, 28],
    ['flow: a\ncases:\n  - name: x\n    events: [ { after: 1m } ]', 'WEIR9003', 'An event has one of', 4, 15],
    ['flow: a\ncases:\n  - name: x\n    events: [ { type: a, cancel: true } ]', 'WEIR9003', 'only one of', 4, 15],
    ['flow: a\ncases:\n  - name: x\n    events: [ { cancel: yes please } ]', 'WEIR9002', '`cancel` is true', 4, 25],
    ['flow: a\ncases:\n  - name: x\n    events: [ { decision: { step: a } } ]', 'WEIR9003', 'needs `approved`', 4, 27],
    ['flow: a\ncases:\n  - name: x\n    expect: { status: complete }', 'WEIR9002', 'is one of', 4, 23],
    ['flow: a\ncases:\n  - name: x\n    expect: { status: completed, error: x }', 'WEIR9002', 'has no error', 4, 34],
    ['flow: a\ncases:\n  - name: x\n    expect: { calls: [ { a: 1, b: 2 } ] }', 'WEIR9002', 'A call is', 4, 24],
    ['flow: a\ncases:\n  - name: x\n    skip: true', 'WEIR9002', 'the reason', 4, 11],
    ['flow: a\ncases:\n  - name: x\n  - name: x', 'WEIR9004', 'another case', 4, 5],
    ['flow: a\ncases: [', 'WEIR0003', "can't be read", 2, 9],
    ['- a', 'WEIR9002', 'takes a map', 1, 1],
  ])('%j: %s', (source, code, message, line, column) => {
    const { file, diagnostics } = parseTestFile(source);
    expect(file).toBeNull();
    expect(diagnostics[0]).toMatchObject({ code, severity: 'error', line, column });
    expect(diagnostics[0]?.message).toContain(message);
  });

  it('reports everything at once', () => {
    const { diagnostics } = parseTestFile(
      'flw: a\ncases:\n  - { name: 1, mocks: { a: 1 }, events: 2, expect: { output: 1, sttus: x } }',
    );
    expect(diagnostics.map(({ code, line }) => `${code}:${line}`)).toEqual([
      'WEIR9001:1',
      'WEIR9003:1',
      'WEIR9002:3',
      'WEIR9002:3',
      'WEIR9002:3',
      'WEIR9001:3',
    ]);
    expect(diagnostics.map(({ hint }) => hint)).toContain('Did you mean `status`?');
  });
});

describe('flowTestSchema', () => {
  const validate = new Ajv2020({ strict: false }).compile(flowTestSchema());
  it('takes what the reader takes', () => {
    validate(load(FULL));
    expect(validate.errors).toBeNull();
  });
  it.each([
    'flow: a',
    'flow: a\ncases: [ { nme: x } ]',
    'flow: a\ncases: [ { name: x, mocks: { a: { result: 1 } } } ]',
    'flow: a\ncases: [ { name: x, expect: { status: complete } } ]',
    'flow: a\ncases: [ { name: x, events: [ { after: 1m } ] } ]',
    'flow: a\ncases: [ { name: x, mocks: { a: { delay: 5 } } } ]',
  ])('refuses, as the reader does: %j', (source) => {
    expect(validate(load(source))).toBe(false);
    expect(parseTestFile(source).file).toBeNull();
  });
});

it('the reference has every code', () => {
  const page = readFileSync(new URL('../../docs/reference/flow-tests.md', import.meta.url), 'utf8');
  for (const [code, { title }] of Object.entries(TEST_CODES)) expect(page).toContain(`| ${code} | ${title} |`);
});

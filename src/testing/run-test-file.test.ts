import { describe, expect, it } from 'vitest';
import type { AdapterManifest } from '../adapters/manifest.ts';
import { compile } from '../dsl/index.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import { coverageLcov, coverageText, type FileResult, isGood, junitXml, runTestFile, testReport } from './index.ts';

const action = { idempotency: 'safe', completion: 'sync' } as const;
const adapter = (name: string, actions: AdapterManifest['actions']): [string, AdapterManifest] => [
  name,
  { name, version: '1.0.0', hash: name, actions },
];
const ADAPTERS = new Map([
  adapter('ai', { classify: action }),
  adapter('stripe', { charge_card: action, refund: { ...action, idempotency: 'none' } }),
  adapter('finance', { open_ticket: action }),
  adapter('jobs', { start: { ...action, completion: 'callback' } }),
]);

const ROUTING = `
flow: support-routing
inputs: { text: { type: string }, urgent: { type: boolean, default: false } }
trigger: { event: mail.received, input: { text: $trigger.data.body } }
steps:
  - classify: { adapter: ai, action: classify, params: { text: $input.text } }
  - conditional:
      if: $classify.category == 'billing'
      then:
        - charge: { adapter: stripe, action: charge_card, params: { key: $secrets.KEY, amount: 5 }, retry: { attempts: 3, backoff: constant, initial: 1s, jitter: 0 } }
        - ticket: { adapter: finance, action: open_ticket, params: { title: "about \${ $classify.category }", charge: $charge.id } }
      else:
        - nobody: { fail: { code: unroutable, message: "no team for \${ $classify.category }" } }
output: { routed: $ticket.team, urgent: $input.urgent, region: "\${ $config.?REGION.orValue('none') }" }
`;

const SOURCES: Readonly<Record<string, string>> = {
  'routing.flow.yaml': ROUTING,
  'waits.flow.yaml': `
flow: waits
steps:
  - paid: { wait_for: { event: payment.settled, match: { order: $input.order }, timeout: 1h } }
  - gate: { approve: { title: Ship it, timeout: 1d } }
  - job: { adapter: jobs, action: start, params: { url: $execution.callback_url } }
  - each: { foreach: { in: [1, 2], do: [ { one: { adapter: ai, action: classify, params: { n: $item } } } ] } }
output: { paid: $paid.data.amount, by: $gate.by, job: $job, each: $each }
`,
  'caught.flow.yaml': `
flow: caught
steps:
  - charge: { adapter: stripe, action: charge_card, on_error: [ { plan_b: { set: { caught: true } } } ] }
`,
  'broken.flow.yaml': 'flow: broken\nsteps: [ { wait: soon } ]',
};

async function run(tests: string, filter?: (name: string) => boolean): Promise<FileResult> {
  return runTestFile({
    path: 'a.test.yaml',
    source: tests,
    loadFlow: async (path) => load(path),
    ...(filter && { filter }),
  });
}
function load(path: string): { flow: FlowIr; flows: Record<string, FlowIr>; path: string } | string {
  const { ir, diagnostics } = compile(SOURCES[path] ?? '', { adapters: ADAPTERS, actions: {}, flows: new Map() });
  return ir === undefined
    ? diagnostics.map(({ line, message }) => `line ${line}: ${message}`).join(' ')
    : { flow: ir, flows: {}, path };
}
/** Everything that is wrong: a file that was not run must not look like one without failures. */
const failures = ({ cases, diagnostics }: FileResult): string[] => [
  ...diagnostics.map(({ code, line, message }) => `${code}:${line} ${message}`),
  ...cases.flatMap((one) => one.failures.map(({ what, message, line }) => `${what}:${line} ${message}`)),
];

describe('runTestFile', () => {
  it('runs cases on mocks, in virtual time', async () => {
    const result = await run(`
flow: routing.flow.yaml
config: { REGION: eu }
mocks:
  finance.open_ticket: { return: { team: finance } }
cases:
  - name: billing goes to finance
    input: { text: my invoice is wrong }
    mocks:
      ai.classify: { return: { category: billing }, delay: 2s }
      stripe.charge_card: [ { fail: { code: http_503 } }, { return: { id: ch_1 } } ]
    expect:
      status: completed
      output: { routed: finance, urgent: false }
      output_exact: { urgent: false, region: eu, routed: finance }
      calls: [ ai.classify, { stripe.charge_card: { amount: 5, key: null } }, { ticket: { title: about billing, charge: ch_1 } } ]
      elapsed: 3s
  - name: a call by the step, with its attempts
    input: { text: x }
    mocks: { classify: { return: { category: billing } }, charge: [ { fail: http_503 }, { return: { id: 1 } } ] }
    expect: { calls: [ classify, charge, charge, ticket ], elapsed: { min: 1s, max: 1001ms } }
  - name: others fail
    input: { text: x }
    mocks: { ai.classify: { return: { category: sports } } }
    expect: { error: { code: unroutable, message: no team for sports }, calls: [ ai.classify ] }
  - name: by the trigger
    trigger: { type: mail.received, data: { body: hello } }
    mocks: { ai.classify: { return: { category: sports } } }
    expect: { status: failed, calls: [ { ai.classify: { text: hello } } ] }
  - { name: not yet, skip: until the team is known }
`);
    expect(failures(result)).toEqual([]);
    expect(result.cases.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'passed', 'skipped']);
    expect(isGood(result)).toBe(true);
  });

  it('lets events, decisions and callbacks happen at their time', async () => {
    const result = await run(`
flow: waits.flow.yaml
cases:
  - name: all arrives
    input: { order: 7 }
    mocks: { jobs.start: { return: {} }, ai.classify: [ { return: a }, { return: b } ] }
    events:
      - { after: 10m, type: payment.settled, data: { order: 7, amount: 12 } }
      - { after: 2h, decision: { step: gate, approved: true, by: ada } }
      - { after: 3h, callback: { step: job, payload: { done: true } } }
    expect: { output_exact: { paid: 12, by: ada, job: { done: true }, each: [a, b] }, elapsed: 3h }
  - name: cancelled
    input: { order: 7 }
    events: [ { after: 5m, cancel: true } ]
    expect: { status: cancelled, elapsed: 5m, calls: [] }
  - name: nothing comes
    input: { order: 7 }
    expect: { error: timeout, elapsed: 1h }
`);
    expect(failures(result)).toEqual([]);
  });

  it('fails a call without a mock, past the handlers of the flow', async () => {
    const result = await run(
      'flow: caught.flow.yaml\ncases:\n  - { name: a }\n  - { name: b, mocks: { charge: { fail: http_500 } }, expect: { output: { caught: true } } }',
    );
    expect(failures(result)).toEqual([
      'mock:3 step charge calls stripe.charge_card, which has no mock: add it under `mocks` as stripe.charge_card, or as charge',
    ]);
  });

  it('says what is not as expected, and where', async () => {
    const mocks =
      'mocks: { ai.classify: { return: { category: billing } }, stripe.charge_card: { return: { id: 1 } }, finance.open_ticket: { return: { team: finance } } }';
    const result = await run(`
flow: routing.flow.yaml
${mocks}
cases:
  - name: output
    input: { text: x }
    expect:
      output: { routed: sales, more: 1 }
      output_exact: {}
      calls: [ ai.classify ]
      elapsed: 5s
  - { name: input, input: { txt: x } }
  - { name: status, input: { text: x }, mocks: { ai.classify: { fail: { code: http_400, message: bad } } } }
  - { name: error, input: { text: x }, mocks: { ai.classify: { fail: { code: http_400, message: bad } } }, expect: { error: { code: other, message: good } } }
  - { name: params, input: { text: x }, expect: { calls: [ { ai.classify: { text: y } }, stripe.charge_card, finance.open_ticket ] } }
  - { name: trigger, trigger: { type: mail.received, data: {} } }
`);
    expect(failures(result)).toEqual([
      'output:8 output.routed is "finance"; expected "sales"',
      'output:8 output.more is missing; expected 1',
      'output_exact:9 output is {"routed":"finance","urgent":false,"region":"none"}; expected exactly {}',
      'calls:10 the calls were ["ai.classify","stripe.charge_card","finance.open_ticket"]; expected ["ai.classify"]',
      'elapsed:11 it took 0ms of virtual time; expected 5s',
      'input:12 the input breaks the flow’s schema: /text is required',
      'status:13 the flow is failed with http_400 at step classify: bad; expected it to be completed',
      'error:14 error.code is "http_400"; expected "other"',
      'error:14 error.message is "bad"; expected it to contain "good"',
      'calls:15 params of call 1 (ai.classify).text is "x"; expected "y"',
      'run:16 the trigger’s `input` can’t be made of this event: `$trigger.data` has no field "body"',
    ]);
  });

  it('tells what a flow waits for when nothing more happens', async () => {
    const { ir } = compile(
      'flow: forever\nsteps: [ { hook: { adapter: jobs, action: start, callback_timeout: 300d } }, { go: { wait_for: { event: go } } } ]',
      { adapters: ADAPTERS, actions: {}, flows: new Map() },
    );
    if (ir === undefined) throw new Error('the flow has errors');
    const result = await runTestFile({
      path: 'a',
      source:
        'flow: x\nmocks: { hook: { return: 1 } }\ncases: [ { name: a, events: [ { callback: { step: hook } } ] }, { name: b, events: [ { callback: { step: hook } } ], expect: { status: waiting } } ]',
      loadFlow: async () => ({ flow: ir, flows: {}, path: 'x' }),
    });
    expect(failures(result)).toEqual([
      'status:3 the flow waits for event at step go and nothing more happens; expected it to be completed',
    ]);
  });

  it('runs sub-flows on the same mocks, and checks their input', async () => {
    const environment = { adapters: ADAPTERS, actions: {}, flows: new Map([['child', ['1.0.0']]]) };
    const child = compile(
      'flow: child\ninputs: { n: { type: integer } }\nsteps: [ { c: { adapter: ai, action: classify, params: { n: $input.n } } } ]',
      environment,
    ).ir;
    const flow = compile(
      'flow: parent\nsteps:\n  - a: { flow: { name: child, input: { n: $input.n } } }\n  - b: { flow: { name: "${ $input.which }", input: { n: 2 } } }\noutput: [$a, $b]',
      environment,
    ).ir;
    if (child === undefined || flow === undefined) throw new Error('a flow has errors');
    const source = `flow: x
mocks: { ai.classify: [ { return: one }, { return: two } ] }
cases:
  - { name: both, input: { n: 1, which: child }, expect: { output: [one, two], calls: [ { ai.classify: { n: 1 } }, { c: { n: 2 } } ] } }
  - { name: bad input, input: { n: x, which: child }, expect: { error: { code: validation_failed, step: a } } }
  - { name: no such flow, input: { n: 1, which: other }, expect: { error: flow_not_found } }
`;
    expect(
      failures(await runTestFile({ path: 'a', source, loadFlow: async () => ({ flow, flows: { child }, path: 'x' }) })),
    ).toEqual([]);
  });

  it('reports an event that nobody waits for', async () => {
    const result = await run(
      'flow: waits.flow.yaml\ncases: [ { name: a, input: { order: 1 }, events: [ { decision: { step: gate, approved: true } } ] } ]',
    );
    expect(failures(result)).toEqual([expect.stringContaining('run:2 no approval is open at step gate')]);
  });

  it('says why the flow can’t be used, and runs nothing', async () => {
    const result = await run('flow: broken.flow.yaml\ncases: [ { name: a } ]');
    expect(result).toMatchObject({ cases: [], coverage: null, diagnostics: [{ code: 'WEIR9005', severity: 'error' }] });
    expect(isGood(result)).toBe(false);
    expect(isGood(await run('cases: 1'))).toBe(false);
  });

  it('warns of mocks that nothing can call', async () => {
    const result = await run(
      'flow: caught.flow.yaml\ncases: [ { name: a, mocks: { charge: { return: 1 }, chrge: { return: 1 }, stripe.charge: { return: 1 }, stripe.charge_card: { return: 1 } } } ]',
    );
    expect(
      result.diagnostics.map(({ code, severity, message }) => `${severity} ${code} ${/`(.*?)`/.exec(message)?.[1]}`),
    ).toEqual(['warning WEIR9006 chrge', 'warning WEIR9006 stripe.charge']);
    expect(isGood(result)).toBe(true);
  });

  it('runs a part by name', async () => {
    const result = await run(
      'flow: caught.flow.yaml\nmocks: { charge: { return: 1 } }\ncases: [ { name: one }, { name: two } ]',
      (name) => name === 'two',
    );
    expect(result.cases.map(({ name }) => name)).toEqual(['two']);
  });

  it('gives the same results every time', async () => {
    const source = 'flow: caught.flow.yaml\ncases: [ { name: a, mocks: { charge: { fail: http_503 } } } ]';
    const strip = ({ cases }: FileResult): unknown => cases.map(({ tookMs: _tookMs, ...one }) => one);
    expect(strip(await run(source))).toEqual(strip(await run(source)));
  });
});

describe('reports', () => {
  const SOURCE = `flow: caught.flow.yaml
cases:
  - { name: "a <b> & \\"c\\" \\u0001", mocks: { charge: { return: 1 } }, expect: { output: 2 } }
  - { name: fine, mocks: { charge: { return: 1 } }, expect: { output: 1 } }
  - { name: later, skip: not now }
`;
  it('are text for people', async () => {
    const report = testReport([await run(SOURCE), await run('flow: [')]).replace(/\(\d+ ms/g, '(1 ms');
    expect(report).toContain(
      '  ✗ a <b> & "c" \u0001 (1 ms)\n      output is 1; expected 2 (a.test.yaml:3)\n  ✓ fine (1 ms)\n  - later skipped: not now\n',
    );
    expect(report).toContain('a.test.yaml:1:8 error WEIR0003');
    expect(report.endsWith('1 passed, 1 failed, 1 skipped, 1 file that was not run')).toBe(true);
  });

  it('are JUnit XML for build servers', async () => {
    const xml = junitXml([await run(SOURCE), await run('flow: [')]).replace(/time="[\d.]+"/g, 'time="0"');
    expect(xml).toContain('<testsuites name="weir test" tests="4" failures="1" errors="1" skipped="1" time="0">');
    expect(xml).toContain(
      '<testcase classname="a.test.yaml" name="a &lt;b&gt; &amp; &quot;c&quot; \ufffd" file="a.test.yaml" line="3" time="0">\n      <failure type="output" message="output is 1; expected 2">a.test.yaml:3 output is 1; expected 2</failure>',
    );
    expect(xml).toContain('<skipped message="not now"/>');
    expect(xml).toContain('<error message="a.test.yaml:1:8 WEIR0003');
    expect(xml.match(/<testcase/g)?.length).toBe((xml.match(/<\/testcase>/g)?.length ?? 0) + 1);
  });

  it('tell which steps no case reached', async () => {
    const result = await run(SOURCE);
    const again = await run('flow: caught.flow.yaml\ncases: [ { name: a, mocks: { charge: { fail: declined } } } ]');
    if (result.coverage === null || again.coverage === null) throw new Error('no coverage');
    expect(coverageText([result.coverage])).toBe('caught: 1 of 2 steps, 50.0 %\n  line 4: plan_b (set)');
    expect(coverageText([result.coverage, again.coverage])).toBe('caught: 2 of 2 steps, 100.0 %');
    expect(coverageLcov([result.coverage, again.coverage])).toBe(
      'TN:\nSF:caught.flow.yaml\nDA:4,4\nLF:1\nLH:1\nend_of_record\n',
    );
  });
});

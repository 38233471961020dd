import { httpManifest } from '../src/adapters/http/manifest.ts';
import { compile } from '../src/dsl/index.ts';
import { Evaluator } from '../src/dsl/expressions/index.ts';
import type { Json } from '../src/dsl/ir/json.ts';
import { measurement, type Measurement } from './measurement.ts';
import { median } from './statistics.ts';

const EXPRESSION = "$issue.category == 'billing' && $issue.amount + 1 > $vars.limit && has($issue.customer.email)";
const ROOTS: Readonly<Record<string, Json>> = {
  issue: { category: 'billing', amount: 41, customer: { email: 'ada@example.com' } },
  vars: { limit: 40 },
};

/** Times of the compiler and of expressions, in this process. */
export function measureCompiler(): readonly Measurement[] {
  const environment = { adapters: new Map([[httpManifest.name, httpManifest]]), actions: {}, flows: new Map() };
  const source = fiftySteps();
  const compiled = compile(source, environment);
  if (compiled.ir === undefined)
    throw new Error(compiled.diagnostics.map((diagnostic) => diagnostic.message).join('\n'));
  const compiling = sample(60, () => compile(source, environment));

  const evaluator = new Evaluator();
  const lookup = (root: string): Json | undefined => ROOTS[root];
  const rounds = 2_000;
  const evaluating = sample(40, () => {
    for (let round = 0; round < rounds; round++) evaluator.evaluate(EXPRESSION, lookup);
  });
  return [
    measurement({ name: 'compile a flow of 50 steps', value: median(compiling), unit: 'ms', goal: 10, compare: '<' }),
    measurement({
      name: 'evaluate an expression',
      value: (median(evaluating) / rounds) * 1_000,
      unit: 'µs',
      goal: 10,
      compare: '<',
    }),
  ];
}

/** Times in milliseconds, after as many rounds to warm up. */
function sample(count: number, run: () => unknown): readonly number[] {
  const times: number[] = [];
  for (let round = -count; round < count; round++) {
    const started = performance.now();
    run();
    if (round >= 0) times.push(performance.now() - started);
  }
  return times;
}

function fiftySteps(): string {
  const groups = Array.from(
    { length: 10 },
    (_, n) => `
  - get_${n}: { adapter: http, action: request, params: { method: GET, url: "https://example.com/\${ $input.id }/${n}" }, retry: { attempts: 5 }, timeout: 1m }
  - keep_${n}: { set: { total: "\${ $vars.total + ${n} }" } }
  - choose_${n}:
      conditional:
        if: $get_${n}.status == 200 && has($get_${n}.body)
        then: [ { good_${n}: { set: { state: "\${ 'good ' + string($vars.total) }" } } } ]
        else: [ { bad_${n}: { fail: { code: bad, message: "number ${n}: \${ $get_${n}.status }" } } } ]`,
  );
  return `flow: fifty\nversion: 1.0.0\ninputs: { id: { type: string } }\nvars: { total: 0, state: none }\nsteps:${groups.join('')}\noutput: { total: $vars.total }\n`;
}

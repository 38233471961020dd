// The flows that the engine is measured with.

/** Calls in sequence, each a step of its own. */
export function callsFlow(count: number, options: { call?: string; modifiers?: string } = {}): string {
  const call = options.call ?? 'adapter: bench, action: echo, params: { text: hello }';
  const steps = Array.from(
    { length: count },
    (_, index) => `  - call_${index}: { ${call}${options.modifiers ? `, ${options.modifiers}` : ''} }`,
  );
  return ['flow: bench-calls', 'version: 1.0.0', 'steps:', ...steps].join('\n');
}

/** One call for each item of the input. */
export function loopFlow(concurrency: number): string {
  return `
flow: bench-loop
version: 1.0.0
steps:
  - each:
      foreach:
        in: $input.items
        concurrency: ${concurrency}
        do:
          - one: { adapter: bench, action: echo, params: { text: hello } }
output: done
`;
}

/** Three calls, and between them control steps, conditions and variables that must cost nothing. */
export const CONTROL_FLOW = `
flow: bench-control
version: 1.0.0
vars: { n: 0 }
steps:
  - call_0: { adapter: bench, action: echo, params: { text: hello } }
  - set: { n: "\${ $vars.n + 1 }" }
  - conditional:
      if: $call_0.text == 'hello'
      then:
        - set: { n: "\${ $vars.n + 1 }" }
        - call_1: { adapter: bench, action: echo, params: { text: hello } }
      else:
        - fail: { code: never, message: never }
  - switch: { on: $vars.n, cases: [ { when: 2, do: [ { set: { n: 3 } } ] } ] }
  - block: { do: [ { set: { n: 4 } } ] }
  - round: { repeat: { do: [ { set: { n: "\${ $vars.n + 1 }" } } ], until: $vars.n >= 9, max: 20 } }
  - call_2: { adapter: bench, action: echo, params: { text: hello }, if: $vars.n == 9 }
`;

export function items(count: number): { readonly items: readonly number[] } {
  return { items: Array.from({ length: count }, (_, index) => index) };
}

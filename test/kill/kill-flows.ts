/** Flows to be killed in: long enough to be hit, short enough to end. `keyed` calls take one attempt: a lost worker costs none. */
const keyed = (id: string, value: string, more = ''): string =>
  `${id}: { adapter: ledger, action: keyed, retry: false, params: { after: 250, value: ${value} }${more} }`;

export const KILL_FLOWS: Readonly<Record<string, string>> = {
  sequence: `
flow: kill-sequence
vars: { sum: 0 }
steps:
${['a', 'b', 'c', 'd', 'e', 'f'].map((id, n) => `  - ${keyed(id, String(n + 1))}\n  - set: { sum: "\${ $vars.sum + $${id} }" }`).join('\n')}
output: $vars.sum
`,
  parallel: `
flow: kill-parallel
steps:
  - all:
      parallel:
${['p', 'q', 'r'].map((id) => `        - ${id}_branch: [ { ${keyed(`${id}1`, `${id}1`)} }, { ${keyed(`${id}2`, `"\${ $${id}1 }+${id}2"`)} } ]`).join('\n')}
  - ${keyed('after', '$all')}
`,
  foreach: `
flow: kill-foreach
steps:
  - each: { foreach: { in: "\${ range(9) }", concurrency: 3, do: [ { ${keyed('item_call', '"${ $item * 10 }"')} } ] } }
  - again: { foreach: { in: $each, do: [ { ${keyed('second', '$item')} } ] } }
`,
  retry: `
flow: kill-retry
steps:
  - tried: { adapter: ledger, action: keyed, params: { after: 250, failures: 2, value: at last }, retry: { attempts: 3, backoff: constant, initial: 100ms, jitter: 0 } }
  - block: { do: [ { ${keyed('inner', '7')} }, { set: { tries: "\${ $vars.?tries.orValue(0) + 1 }" } }, { id: once_more, if: $vars.tries < 2, fail: { code: again, message: again } } ], retry: { attempts: 2, initial: 100ms, on: [again] } }
output: [$tried, $vars.tries]
`,
  wait: `
flow: kill-wait
steps:
  - ${keyed('one', '1')}
  - wait: 1s
  - ${keyed('two', '2')}
  - gate: { wait_for: { event: never, timeout: 1s, on_timeout: [ { ${keyed('late', '3')} } ] } }
  - ${keyed('three', '"${ $one + $two + $gate }"')}
`,
  saga: `
flow: kill-saga
steps:
${['x', 'y', 'z'].map((id) => `  - ${keyed(id, `done ${id}`, `, compensate: [ { ${keyed(`undo_${id}`, `"undo \${ $${id} }"`)} } ]`)}`).join('\n')}
  - fail: { code: no_room, message: no room }
finally:
  - ${keyed('clean', 'clean')}
`,
};

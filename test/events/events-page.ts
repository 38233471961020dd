import type { Construct } from './constructs.ts';

/** The reference page of what constructs cost. */
export function eventsPage(constructs: readonly Construct[]): string {
  const rows = constructs.map(({ construct, events, note }) => `| ${construct} | ${events} | ${note} |`);
  return `# Events in Temporal's history

<!-- Generated from test/events/constructs.ts, which is measured against a Temporal server: \`npm run test:update\`. -->

A run that does nothing has 5 events. What a construct adds:

| construct | events | what they are |
| --- | --- | --- |
${rows.join('\n')}

Calls that run side by side share workflow tasks when they end together: 3 events each, and 3 for each time the flow is woken.

Temporal advises to go on in a new run after 4,096 events. Weir does so from 2,500 on when no call is under way, and from 3,400 on
it holds new steps back until that is so; an execution keeps its id and its state, and authors notice nothing. The same goes for
1,000 and 2,000 steps of any kind, since a replay does them all again and has to be quick.
`;
}

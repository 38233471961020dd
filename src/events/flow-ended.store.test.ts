import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts';
import type { ExecutionEnded } from '../archive/store-ended.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { awaitingFlows } from './awaiting-flows.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { MAX_CHAIN, storeFlowEnded } from './store-flow-ended.ts';
import { fakeDelivery, flowIr, triggered } from './testdata/fake-delivery.ts';

let place: TestDatabase;
let database: Database;
let dispatcher: Dispatcher;
let delivery: ReturnType<typeof fakeDelivery>;
beforeEach(async () => {
  place = await createTestDatabase(inject('databaseUrl'));
  database = openDatabase({ url: place.url, max: 3 });
  delivery = fakeDelivery([
    triggered(
      'after',
      '{ flow: order, on: completed, input: { got: $trigger.data.output, by: $trigger.data.execution_id } }',
    ),
    triggered('after', '{ flow: order, on: completed }', { environment: 'staging' }),
    triggered('alarm', '{ flow: order, on: failed }'),
    triggered('again', '{ flow: again }'),
  ]);
  for (const { flow } of delivery.state.flows) await store(flow.name, flow);
  dispatcher = createDispatcher({ database, deliver: delivery.deliver });
});
afterEach(async () => {
  await dispatcher.close();
  await database.close();
  await place.drop();
});

async function store(name: string, ir: object): Promise<void> {
  const id = randomUUID();
  await database.sql`
    insert into flows (organisation, id, name, latest_version, latest_hash, created_at, updated_at)
    values ('default', ${id}, ${name}, '1.0.0', 'h', now(), now()) on conflict do nothing`;
  await database.sql`
    insert into flow_versions (organisation, flow_id, version, hash, source, media_type, ir, created_at, created_by)
    select 'default', id, '1.0.0', 'h', '', 'application/yaml', ${JSON.stringify(ir)}::text::json, now(), 'test'
    from flows where name = ${name} on conflict do nothing`;
}

const ended = (more: Partial<ExecutionEnded> = {}): ExecutionEnded => ({
  organisation: 'default',
  executionId: randomUUID(),
  runId: randomUUID(),
  flow: 'order',
  version: '1.0.0',
  environment: 'prod',
  status: 'completed',
  output: { n: 1 },
  error: null,
  endedAt: new Date(),
  ...more,
});
const tell = (one: ExecutionEnded) => database.db.transaction((tx) => storeFlowEnded(tx, one));
const stored = () => database.sql`select type, source, event_id from events order by id`;

describe('the end of a flow', () => {
  test('starts the flows that have it as a trigger, in the same environment', async () => {
    const end = ended();
    await tell(end);
    expect(await stored()).toEqual([
      { type: 'flow.completed', source: '/flows/order', event_id: `${end.executionId}:${end.runId}` },
    ]);
    await dispatcher.tick();
    expect(delivery.starts).toMatchObject([
      { flow: 'after', environment: 'prod', input: { got: { n: 1 }, by: end.executionId } },
    ]);
  });

  test('that nobody has as a trigger, or that was made by hand, leaves nothing', async () => {
    await tell(ended({ flow: 'lonely' }));
    await tell(ended({ status: 'cancelled' }));
    await tell(ended({ status: 'terminated' }));
    await tell(ended({ flow: 'again', status: 'failed' }));
    await database.sql`insert into organisations (id, title) values ('other', 'Other')`;
    await tell(ended({ organisation: 'other' }));
    expect(await stored()).toEqual([]);
  });

  test('by an error or a time-out is a failure', async () => {
    await tell(ended({ status: 'failed', output: null, error: { code: 'x', message: 'no' } }));
    await tell(ended({ status: 'timed_out', output: null }));
    await dispatcher.tick();
    expect(delivery.starts.map(({ flow }) => flow)).toEqual(['alarm', 'alarm']);
    expect(delivery.starts.map(({ input }) => input)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ status: 'failed', error: { code: 'x', message: 'no' } }),
        expect.objectContaining({ status: 'timed_out', error: null }),
      ]),
    );
  });

  test('told twice counts once; one that is undone with its transaction was never told', async () => {
    const end = ended();
    await tell(end);
    await tell(end);
    expect(await stored()).toHaveLength(1);
    const undone = database.db.transaction(async (tx) => {
      await storeFlowEnded(tx, ended());
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect(await stored()).toHaveLength(1);
  });

  test('is heard by who listens', async () => {
    let heard = 0;
    const { unlisten } = await database.sql.listen('weir_events', () => void heard++);
    await tell(ended());
    await expect.poll(() => heard).toBe(1);
    await unlisten();
  });

  test('that starts the same flow is cut after ten times', async () => {
    let id: string = randomUUID();
    for (let i = 0; i < MAX_CHAIN; i++) {
      await tell(ended({ flow: 'again', executionId: id }));
      await dispatcher.tick();
      const [row] = await database.sql<{ started: string[] }[]>`
        select outcome -> 'started' as started from events order by id desc limit 1`;
      id = row?.started[0] ?? '';
      expect(id).not.toBe('');
    }
    // Also where a sub-flow of it ends.
    for (const end of [id, `${id}~sub~0`]) {
      await tell(ended({ flow: 'again', executionId: end }));
      await dispatcher.tick();
    }
    expect(delivery.starts).toHaveLength(MAX_CHAIN);
    expect(await database.sql`select outcome->'rejected'->0->>'code' as code from events where rejected`).toEqual([
      { code: 'trigger_loop' },
      { code: 'trigger_loop' },
    ]);
  });
});

test('flows that wait for a type are found, also where a type is computed or none that a database knows', async () => {
  const waits = (event: string) => `flow: w\nsteps:\n  - wait_for: { event: ${event} }\n`;
  await store('waits', flowIr(waits('order.placed')));
  await store('computed', flowIr(waits('$input.type')));
  await store('other', flowIr(waits('order.gone')));
  await store('odd', { ...flowIr(waits('x')), awaits: ['a\u0000'], triggers: [{ on: 'event', type: 'a\u0000' }] });
  const found = await awaitingFlows(database, 'default', 'order.placed');
  expect([...found].sort((a, b) => a.localeCompare(b))).toEqual(['computed', 'odd', 'waits']);
  expect(await awaitingFlows(database, 'elsewhere', 'order.placed')).toEqual([]);
});

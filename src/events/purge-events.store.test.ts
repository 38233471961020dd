import { expect, inject, test } from 'vitest';
import { createTestDatabase } from '../../postgres/test-database.ts';
import { openDatabase } from '../store/database.ts';
import { plainEvent } from './arrival.ts';
import { storeArrivals } from './event-rows.ts';
import { purgeEvents } from './purge-events.ts';

test('old events are deleted; young ones, and those still to be delivered, are kept', async () => {
  const place = await createTestDatabase(inject('databaseUrl'));
  const database = openDatabase({ url: place.url, max: 2 });
  const event = (id: string) => plainEvent({ id, source: 's', type: 't', time: '', data: null, headers: {} });
  const arrivals = [...Array.from({ length: 1_500 }, (_, i) => `old-${i}`), 'open', 'young'].map(event);
  await database.db.transaction((tx) =>
    storeArrivals(tx, { organisation: 'default', arrivals, now: Date.now(), as: 'open' }),
  );
  await database.sql`
    update events set received_at = now() - interval '31 days',
      processed_at = case when event_id = 'open' then null else now() end
    where event_id <> 'young'`;
  await database.sql`update events set processed_at = now() where event_id = 'young'`;
  expect(await purgeEvents(database, { days: 40 })).toBe(0);
  expect(await purgeEvents(database)).toBe(1_500);
  expect(await database.sql`select event_id from events order by event_id`).toEqual([
    { event_id: 'open' },
    { event_id: 'young' },
  ]);
  await database.close();
  await place.drop();
});

// A process that runs one request under an idempotency key and is killed on the way: `tsx keyed-request.ts URL POINT`.
import { createIdempotency } from '../../src/api/idempotency.ts';
import { LOCAL_PRINCIPAL } from '../../src/auth/principal.ts';
import { change } from '../../src/store/change.ts';
import { openDatabase } from '../../src/store/database.ts';
import { organisations } from '../../src/store/schema/index.ts';

const [, , url = '', point] = process.argv;
const database = openDatabase({ url, max: 2 });
const die = (): void => void process.kill(process.pid, 'SIGKILL');

await createIdempotency({ database }).run(
  { principal: LOCAL_PRINCIPAL, key: 'k', operation: 'POST /things', body: Buffer.from('{}'), secretAnswer: false },
  async (claim) => {
    if (point === 'before') die();
    await change(
      database,
      { principal: LOCAL_PRINCIPAL, requestId: null, now: Date.now(), claim },
      async (tx, record) => {
        await tx.insert(organisations).values({ id: 'made-once', title: 'Made once' });
        record({ action: 'organisation.create', subject: { type: 'organisation', id: 'made-once' } });
        if (point === 'within') die();
      },
    );
    if (point === 'after') die();
    return new Response('{"id":"made-once"}', { status: 201, headers: { 'content-type': 'application/json' } });
  },
);
await database.close();

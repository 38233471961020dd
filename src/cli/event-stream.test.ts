import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEventStream, type StreamEvent } from './event-stream.ts';

async function read(chunks: readonly (string | Uint8Array)[], onRetry?: (ms: number) => void): Promise<StreamEvent[]> {
  const body = (async function* () {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  })();
  const events: StreamEvent[] = [];
  for await (const event of readEventStream(body, onRetry)) events.push(event);
  return events;
}

test('fields, comments, several data lines, default type', async () => {
  const retries: number[] = [];
  const events = await read(
    [': hi\nretry: 1500\nid: 1\nevent: a\ndata: x\ndata:  y\n\nid\ndata:z\n\n', 'event: no-data\n\n', 'data: cut off'],
    (ms) => retries.push(ms),
  );
  expect(events).toEqual([
    { id: '1', event: 'a', data: 'x\n y' },
    { id: '', event: 'message', data: 'z' },
  ]);
  expect(retries).toEqual([1500]);
});

test('an id lasts until the next', async () => {
  expect((await read(['id: 7\ndata: a\n\ndata: b\n\n'])).map((event) => event.id)).toEqual(['7', '7']);
});

test('any cut into chunks and any line ending reads the same', async () => {
  const lines = ['id: 1', 'event: é', 'data: {"a":"日本 😀"}', '', 'data: 2', ''];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 10 }),
      async (ending, cuts) => {
        const bytes = new TextEncoder().encode(lines.map((line) => line + ending).join(''));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.slice(places[index], end));
        expect(await read(chunks)).toEqual([
          { id: '1', event: 'é', data: '{"a":"日本 😀"}' },
          { id: '1', event: 'message', data: '2' },
        ]);
      },
    ),
  );
});

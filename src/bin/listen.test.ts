import { expect, test } from 'vitest';
import { listen } from './listen.ts';

test('says what to do when the port is taken', async () => {
  const first = await listen({ fetch: () => new Response('hello'), port: 0 });
  expect(await (await fetch(first.url)).text()).toBe('hello');
  const { port } = new URL(first.url);
  await expect(listen({ fetch: () => new Response(''), port: Number(port) })).rejects.toThrow(`Port ${port} is taken`);
  await first.close();
});

test('closing cuts a stream that never ends', async () => {
  const server = await listen({ fetch: () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([1])) })), port: 0 });
  const { body } = await fetch(server.url);
  const reader = body?.getReader();
  await reader?.read();
  const broken = expect(reader?.read()).rejects.toThrow();
  await server.close(50);
  await broken;
});

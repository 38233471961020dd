import { createServer } from 'node:net';

/**
 * A TCP port of loopback that was free a moment ago: `wanted`, or any for 0. Whoever binds it must be ready to find it
 * taken. Rejects with EADDRINUSE when `wanted` is taken now.
 */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}

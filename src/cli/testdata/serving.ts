import { afterEach } from 'vitest';
import { type FakeServer, fakeServer, type Handler } from '../testing/fake-server.ts';

export interface Serving {
  /** That of the running test; null before `serve`. */
  readonly server: FakeServer | null;
  /** Starts a server for one test, which ends with it; gives the options that make the commands use it. */
  readonly serve: (handlers: Readonly<Record<string, Handler>>) => Promise<{ env: { WEIR_URL: string } }>;
}

/** A fake server for each test of a file. */
export function serving(): Serving {
  let server: FakeServer | null = null;
  afterEach(async () => {
    await server?.close();
    server = null;
  });
  return {
    get server() {
      return server;
    },
    serve: async (handlers) => {
      server = await fakeServer(handlers);
      return { env: { WEIR_URL: server.url } };
    },
  };
}

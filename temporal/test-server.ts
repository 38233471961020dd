import type { TestProject } from 'vitest/node';
import { startDevServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of the Temporal server that all tests of a run share. Get it by `inject('temporalAddress')`. */
    temporalAddress: string;
  }
}

/** Global set-up of the `temporal` test project: one ephemeral server for the run. Tests keep apart by execution ids and task queues. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string) => console.error(`temporal: ${line}`);
  const server = await startDevServer({ env: process.env, log, uiPort: false });
  project.provide('temporalAddress', server.address);
  return server.stop;
}

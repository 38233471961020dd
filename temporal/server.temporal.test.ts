import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import { startDevServer } from './server.ts';
import { SEARCH_ATTRIBUTE_TYPES } from './search-attributes.ts';

const log = () => undefined;

test('a server given by TEMPORAL_ADDRESS is used and left alone', async () => {
  const address = inject('temporalAddress');
  const server = await startDevServer({ env: { TEMPORAL_ADDRESS: address }, log });
  expect(server).toMatchObject({ address });
  await server.stop();
  const connection = await Connection.connect({ address });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTE_TYPES)));
  await connection.close();
});

test('state in a file is there again after a restart; without one nothing stays behind', async () => {
  const room = await mkdtemp(join(tmpdir(), 'weir-state-test-'));
  const env = { ...process.env, TEMPORAL_ADDRESS: undefined, TMPDIR: room };
  const stateFile = join(room, 'state', 'temporal.db');
  for (const round of ['first', 'second']) {
    const server = await startDevServer({ env, log, stateFile, uiPort: false });
    const connection = await Connection.connect({ address: server.address });
    const { workflow } = new Client({ connection });
    if (round === 'first') await workflow.start('some-flow', { workflowId: 'kept', taskQueue: 'nobody', args: [] });
    expect((await workflow.getHandle('kept').describe()).type).toBe('some-flow');
    await connection.close();
    await server.stop();
  }
  expect(await readdir(join(room, 'state'))).toContain('temporal.log');
  await rm(room, { recursive: true, force: true });
});

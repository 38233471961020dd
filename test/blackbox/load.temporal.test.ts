import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient, eventually } from './api-client.ts';
import { startStub } from './stub.ts';
import type { Stub } from './stub.ts';
import { flowFolder, removeFolder, startWeir } from './weir-process.ts';
import type { WeirProcess } from './weir-process.ts';

const EXECUTIONS = 200;

let stub: Stub;
let folder: string;
let weir: WeirProcess;
let api: ApiClient;

beforeAll(async () => {
  stub = await startStub();
  const call = (path: string) =>
    `adapter: http, action: request, params: { method: PUT, url: "${stub.url}${path}", body: { n: $input.n } }`;
  folder = flowFolder({
    'line.flow.yaml': `flow: line\nsteps:\n  - a: { ${call('/a')} }\n  - b: { ${call('/echo')} }\noutput: $b.body.n\n`,
    'fan.flow.yaml': `flow: fan\nsteps:\n  - both: { parallel: [ { x: { ${call('/echo')} } }, { y: { ${call('/echo')} } } ] }\noutput: "\${ ($both.x.body.n + $both.y.body.n) / 2 }"\n`,
    'wait.flow.yaml': `flow: wait\nsteps:\n  - go: { wait_for: { event: go } }\noutput: $go.data.n\n`,
    'fails.flow.yaml': `flow: fails\nsteps:\n  - bad: { ${call('/fail?status=404&name=load')}, on_error: [ { again: { ${call('/echo')} } } ] }\noutput: $bad.body.n\n`,
    'sub.flow.yaml': 'flow: sub\nsteps:\n  - child: { flow: { name: line, input: { n: $input.n } } }\noutput: $child\n',
  });
  weir = await startWeir({ flows: folder });
  api = new ApiClient(weir.url);
});

afterAll(async () => {
  await weir?.stop();
  await stub?.close();
  removeFolder(folder);
});

/**
 * As a client should: the same event again when the server is too busy to take it, which counts once. It may have counted
 * already, and the execution have ended by it.
 */
async function signal(id: string, event: unknown): Promise<void> {
  await eventually(async () => {
    const { status, headers, body } = await api.post(`/executions/${id}/signal`, event);
    if (status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    else expect(['undefined', 'execution_ended']).toContain(String(body.code));
    return status !== 503;
  });
}

test('200 executions of mixed flows at once all end with their own results', async () => {
  const names = ['line', 'fan', 'wait', 'fails', 'sub'];
  const started = await Promise.all(
    Array.from({ length: EXECUTIONS }, async (_, n) => {
      const flow = names[n % names.length] ?? '';
      const id = await api.start(flow, { n });
      if (flow === 'wait') await signal(id, { type: 'go', data: { n }, id: `go-${n}` });
      return { id, n };
    }),
  );
  expect(new Set(started.map(({ id }) => id)).size).toBe(EXECUTIONS);
  for (const { id, n } of started)
    expect(await api.ended(id, 90_000), `${n}`).toMatchObject({ status: 'completed', output: n });
  expect(stub.to('/a')).toHaveLength((EXECUTIONS / names.length) * 2);
  expect(weir.log()).not.toMatch(/^error/m);
}, 120_000);

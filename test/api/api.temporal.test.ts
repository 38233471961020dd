// The API over a real Temporal server and worker: what fakes can't tell.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type DevApi, startDevApi } from './dev-api.ts';

let api: DevApi;
beforeAll(async () => {
  api = await startDevApi();
});
afterAll(() => api.close());

const ended = ({ body }: Answer): boolean =>
  ['completed', 'failed', 'cancelled', 'terminated', 'timed_out'].includes(body.status);
const call = (path: string, method = 'GET'): string =>
  `{ adapter: http, action: request, params: { method: ${method}, url: "${api.peer}${path}" } }`;
const count = (path: string): number => api.calls.filter((one) => one.path === path).length;
/** Of the latest call's body. */
function callbackPath(path: string): string {
  const body = api.calls.findLast((one) => one.path === path)?.body as { reply: string } | undefined; // as the flow sends it
  return new URL(body?.reply ?? 'http://none/').pathname;
}
const three = (name: string): string => `
flow: ${name}
steps:
  - one: ${call(`/${name}/one`)}
  - set: { seen: $one.body.n }
  - two: ${call(`/${name}/two`, 'POST')}
  - three: ${call(`/${name}/three`)}
output: { seen: $vars.seen, two: $two.body.n, three: $three.body.n }
`;

describe('start', () => {
  test('the same Idempotency-Key starts once, gives the first answer again, and refuses another body', async () => {
    await api.flow('once', three('once'));
    const start = (input: unknown) =>
      api.request('POST', '/flows/once/execute', { input }, { 'idempotency-key': 'k-1' });
    const answers = await Promise.all([start({ a: 1 }), start({ a: 1 }), start({ a: 1 })]);
    expect(answers.map((one) => one.status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map((one) => one.text)).size).toBe(1);
    await api.eventually(`/executions/${answers[0]?.body.execution_id}`, ended);
    const again = await start({ a: 1 });
    expect(again.text).toBe(answers[0]?.text);
    expect(count('/once/one')).toBe(1);
    expect(await start({ a: 2 })).toMatchObject({ status: 409, body: { code: 'idempotency_conflict' } });
    await api.remove('once');
    expect((await start({ a: 1 })).text).toBe(answers[0]?.text);
  });

  test('an input above what Temporal takes in one payload travels', async () => {
    await api.flow('big', 'flow: big\nsteps:\n  - set: { n: "${ size($input.text) }" }\noutput: $vars.n\n');
    expect(
      await api.request('POST', '/flows/big/execute?wait=20s', { input: { text: 'x'.repeat(3_000_000) } }),
    ).toMatchObject({ status: 200, body: { output: 3_000_000 } });
  });
});

describe('callbacks', () => {
  test('complete the step once; a repeat gets the first answer, also after the end; a forged one 401; late 410', async () => {
    await api.flow(
      'later',
      `
flow: later
steps:
  - job: { adapter: http, action: request, await: callback, params: { method: POST, url: "${api.peer}/later/job", body: { reply: $execution.callback_url } } }
output: $job
`,
    );
    const { body } = await api.request('POST', '/flows/later/execute', {});
    const at = `/executions/${body.execution_id}`;
    await api.eventually(at, (one) => one.body.waiting?.[0]?.on === 'callback');
    const path = callbackPath('/later/job');
    expect(await api.request('POST', `${path.slice(0, -2)}AA`, { x: 0 })).toMatchObject({
      status: 401,
      body: { code: 'invalid_callback_token' },
    });
    const first = await api.request('POST', path, { x: 1 });
    expect(first).toMatchObject({ status: 200, body: { accepted: true, step: 'job' } });
    expect((await api.eventually(at, ended)).body.output).toEqual({ x: 1 });
    expect((await api.request('POST', path, { x: 2 })).text).toBe(first.text);

    const second = (await api.request('POST', '/flows/later/execute', {})).body.execution_id;
    await api.eventually(`/executions/${second}`, (one) => one.body.waiting?.[0]?.on === 'callback');
    await api.request('POST', `/executions/${second}/terminate`);
    expect(await api.request('POST', callbackPath('/later/job'), {})).toMatchObject({
      status: 410,
      body: { code: 'callback_gone' },
    });
  });
});

describe('event stream', () => {
  async function stream(
    path: string,
    lastId?: string,
  ): Promise<{ id: string; event: string; data: { step?: string } }[]> {
    const response = await fetch(`${api.url}${path}`, {
      headers: lastId === undefined ? {} : { 'last-event-id': lastId },
    });
    if (response.status === 204) return [];
    const events = (await response.text()).split('\n\n').filter((block) => block.includes('data:'));
    return events.map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) };
    });
  }

  test('tells live what happens, ends with the execution, and resumes exactly after any event', async () => {
    await api.flow(
      'told',
      `
flow: told
steps:
  - one: ${call('/told/one')}
  - gate: { approve: { title: Go, timeout: 10m } }
  - two: ${call('/told/two')}
`,
    );
    const { body } = await api.request('POST', '/flows/told/execute', {});
    const at = `/executions/${body.execution_id}`;
    const live = stream(`${at}/events`);
    await api.eventually(at, (one) => one.body.waiting?.[0]?.on === 'approval');
    await api.request('POST', `${at}/steps/gate/decision`, { approved: true });
    const all = await live;
    expect(all.map(({ event, data }) => `${event} ${data.step ?? ''}`.trim())).toEqual([
      'execution.started',
      'step.started one',
      'step.completed one',
      'step.started gate',
      'step.waiting gate',
      'step.completed gate',
      'step.started two',
      'step.completed two',
      'execution.completed',
    ]);
    for (const [i, { id }] of all.entries()) expect(await stream(`${at}/events`, id)).toEqual(all.slice(i + 1));
  });
});

describe('events', () => {
  test('POST /events starts flows by trigger, once for each event, and wakes those that wait', async () => {
    await api.flow(
      'starts',
      'flow: starts\ntrigger: { event: order.placed, match: { kind: [a, b] }, input: { n: $trigger.data.n } }\ninputs: { n: { type: integer } }\nsteps:\n  - set: { n: $input.n }\noutput: { n: $vars.n, by: $trigger.source }\n',
    );
    await api.flow(
      'wakes',
      'flow: wakes\nsteps:\n  - got: { wait_for: { event: order.placed, timeout: 10m } }\noutput: $got.data.n\n',
    );
    const waiting = (await api.request('POST', '/flows/wakes/execute', {})).body.execution_id;
    await api.eventually('/executions?flow=wakes&status=waiting', (one) => one.body.items.length === 1);
    await api.eventually('/flows/starts', (one) => one.status === 200);
    const event = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'order.placed', data: { kind: 'b', n: 7 } };
    const cloud = { 'content-type': 'application/cloudevents+json' };
    const sent = await api.request('POST', '/events', event, cloud);
    expect(sent).toMatchObject({
      status: 202,
      body: { items: [{ id: 'e-1', delivered: [waiting], started: [expect.any(String)], rejected: [] }] },
    });
    const started = sent.body.items[0].started[0];
    expect((await api.eventually(`/executions/${waiting}`, ended)).body.output).toBe(7);
    expect((await api.eventually(`/executions/${started}`, ended)).body.output).toEqual({ n: 7, by: '/shop' });
    const again = await api.request('POST', '/events', event, cloud);
    expect(again.body.items[0]).toMatchObject({ started: [started], delivered: [] });
    expect(
      (await api.request('POST', '/events', { ...event, id: 'e-2', data: { kind: 'c', n: 7 } }, cloud)).body.items[0]
        .started,
    ).toEqual([]);
    expect(
      (await api.request('POST', '/events', { ...event, id: 'e-3', data: { kind: 'a', n: 'x' } }, cloud)).body.items[0]
        .rejected,
    ).toMatchObject([{ flow: 'starts', code: 'invalid_input' }]);
  });
});

describe('steering', () => {
  test('pause, resume, signal, state and what is refused once it has ended', async () => {
    await api.flow(
      'steered',
      `
flow: steered
steps:
  - one: ${call('/steered/one')}
  - got: { wait_for: { event: go, timeout: 10m } }
  - two: ${call('/steered/two')}
output: $got.data
`,
    );
    const { body } = await api.request('POST', '/flows/steered/execute', { tags: ['x1'] });
    const at = `/executions/${body.execution_id}`;
    await api.eventually(at, (one) => one.body.status === 'waiting');
    expect(await api.request('POST', `${at}/pause`)).toMatchObject({ status: 202 });
    expect(await api.request('POST', `${at}/pause`, {})).toMatchObject({ status: 202 });
    await api.eventually(at, (one) => one.body.status === 'paused');
    await api.eventually('/executions?status=paused&tag=x1', (one) => one.body.items.length === 1);
    expect(await api.request('POST', `${at}/signal`, { type: 'go', data: { v: 1 }, id: 's-1' })).toMatchObject({
      status: 200,
      body: { delivered: 'step', event_id: 's-1' },
    });
    expect(await api.request('POST', `${at}/signal`, { type: 'go', data: { v: 1 }, id: 's-1' })).toMatchObject({
      status: 200,
      body: { delivered: 'step' },
    });
    expect(await api.request('POST', `${at}/rerun`, {})).toMatchObject({
      status: 409,
      body: { code: 'execution_running' },
    });
    expect(count('/steered/two')).toBe(0);
    await api.request('POST', `${at}/resume`);
    expect((await api.eventually(at, ended)).body).toMatchObject({ status: 'completed', output: { v: 1 } });
    expect((await api.request('GET', `${at}/state?before=two`)).body.results).toMatchObject({
      got: { data: { v: 1 } },
    });
    expect((await api.request('GET', `${at}/state?before=two`)).body.results).not.toHaveProperty('two');
    expect(await api.request('GET', `${at}/state?at=none`)).toMatchObject({ status: 404 });
    for (const operation of ['cancel', 'terminate', 'pause', 'resume'])
      expect(await api.request('POST', `${at}/${operation}`)).toMatchObject({
        status: 409,
        body: { code: 'execution_ended' },
      });
    expect(await api.request('POST', `${at}/signal`, { type: 'go' })).toMatchObject({ status: 409 });
    expect(await api.request('POST', `${at}/steps/one/decision`, { approved: true })).toMatchObject({ status: 404 });
  });

  test('a sensitive result is shown nowhere', async () => {
    await api.flow(
      'hidden',
      'flow: hidden\nsteps:\n  - secret_step: { do: [ { set: { v: "hush-hush" } } ], sensitive: true }\n  - after: { wait: 1ms }\n',
    );
    const { body, text } = await api.request('POST', '/flows/hidden/execute?wait=20s', {});
    expect(body.steps.find((step: { id: string }) => step.id === 'secret_step').result).toBe('[sensitive]');
    const state = await api.request('GET', `/executions/${body.execution_id}/state?at=after`);
    expect(state.body.results.secret_step).toBe('[sensitive]');
    expect(text).toContain('[sensitive]');
  });
});

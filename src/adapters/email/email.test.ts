import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Json } from '../../dsl/ir/json.ts';
import { adapterContractSuite } from '../testdata/contract-suite.ts';
import { failureOf, testContext } from '../testdata/context.ts';
import { createEmailAdapter } from './index.ts';

const received: { from: string; to: string[]; content: string }[] = [];
let connections = 0;
let server: SMTPServer;
let url: string;

const refuse = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });
const options: SMTPServerOptions = {
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onConnect: (_session, done) => {
    connections += 1;
    done();
  },
  onAuth: (auth, _session, done) =>
    auth.password === 'right-pass' ? done(null, { user: 'ada' }) : done(refuse(535, 'bad credentials')),
  onRcptTo: (address, _session, done) => {
    if (address.address.startsWith('later@')) done(refuse(451, 'try later'));
    else if (address.address.startsWith('nobody@')) done(refuse(550, 'no such user'));
    else if (!address.address.startsWith('silent@')) done();
  },
  onData: (stream, session, done) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const to = session.envelope.rcptTo.map((entry) => entry.address);
      if (to[0]?.startsWith('drop@') === true) return dropAll();
      if (to[0]?.startsWith('slow@') === true) return undefined;
      received.push({
        from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
        to,
        content: Buffer.concat(chunks).toString('utf8'),
      });
      return done();
    });
  },
};
function dropAll(): void {
  // The typings leave the set of connections out.
  for (const connection of (server as unknown as { connections: Set<{ _socket: { destroy: () => void } }> })
    .connections)
    connection._socket.destroy();
}

beforeAll(async () => {
  server = new SMTPServer(options);
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  url = `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
beforeEach(() => void received.splice(0));

const adapter = (settings: Readonly<Record<string, string>> = {}): ReturnType<typeof createEmailAdapter> => {
  const all: Readonly<Record<string, string>> = {
    WEIR_EMAIL_URL: url,
    WEIR_EMAIL_FROM: 'weir@example.com',
    ...settings,
  };
  return createEmailAdapter({ settings: (name) => all[name] });
};
const send = (
  params: Json,
  {
    settings = {},
    signal = AbortSignal.timeout(5000),
  }: { settings?: Readonly<Record<string, string>>; signal?: AbortSignal } = {},
): Promise<Json> => {
  const action = adapter(settings).actions['send'];
  if (action === undefined) throw new Error('no action send');
  return action(params, testContext({ signal }));
};
const mail = { to: 'ada@example.com', subject: 'Hello', text: 'Good to have you here.' };

adapterContractSuite('email', {
  adapter,
  context: testContext,
  scenarios: () => ({
    send: {
      hanging: { ...mail, to: 'slow@example.com' },
      failing: { ...mail, to: 'later@example.com' },
      calls: () => connections,
    },
  }),
});

test('sends to all, bcc without a header, with attachments', async () => {
  const result = await send({
    ...mail,
    to: ['ada@example.com', 'Bob <bob@example.com>'],
    bcc: 'eve@example.com',
    attachments: [{ filename: 'a.txt', content: Buffer.from('attached').toString('base64'), encoding: 'base64' }],
  });
  expect(result).toMatchObject({ accepted: ['ada@example.com', 'bob@example.com', 'eve@example.com'], rejected: [] });
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({
    from: 'weir@example.com',
    to: ['ada@example.com', 'bob@example.com', 'eve@example.com'],
  });
  expect(received[0]?.content).not.toContain('eve@example.com');
  expect(received[0]?.content).toContain(Buffer.from('attached').toString('base64'));
});

test('the same step gives the same message id', async () => {
  const ids = [await send(mail), await send(mail)].map((result) => (result as { message_id: string }).message_id);
  expect(ids[0]).toMatch(/^<[0-9a-f]{32}@weir>$/);
  expect(ids[1]).toBe(ids[0]);
});

test.each([
  ['later@example.com', { code: 'smtp_451', retryable: true, outcome: 'failed' }],
  ['nobody@example.com', { code: 'smtp_550', retryable: false, outcome: 'failed' }],
  ['drop@example.com', { code: 'connection_failed', retryable: true, outcome: 'unknown' }],
])('%s', async (to, wanted) => {
  expect(await failureOf(send({ ...mail, to }))).toMatchObject(wanted);
});

test('stopped after the mail was on its way: unknown', async () => {
  expect(
    await failureOf(send({ ...mail, to: 'slow@example.com' }, { signal: AbortSignal.timeout(200) })),
  ).toMatchObject({ code: 'timeout', status: 408, outcome: 'unknown' });
});

test('no server, or one that never greets: nothing was sent', async () => {
  expect(await failureOf(send(mail, { settings: { WEIR_EMAIL_URL: 'smtp://127.0.0.1:1' } }))).toMatchObject({
    code: 'connection_failed',
    retryable: true,
    outcome: 'not_sent',
  });
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  expect(
    await failureOf(send(mail, { settings: { WEIR_EMAIL_URL: address }, signal: AbortSignal.timeout(150) })),
  ).toMatchObject({ code: 'timeout', outcome: 'not_sent' });
  silent.close();
});

test('a wrong password is refused and not shown', async () => {
  const failure = await failureOf(send(mail, { settings: { WEIR_EMAIL_URL: url.replace('//', '//ada:wrong-pass@') } }));
  expect(failure).toMatchObject({ code: 'smtp_535', retryable: false });
  expect(JSON.stringify([failure.message, failure.details])).not.toContain('wrong-pass');
  expect(await send(mail, { settings: { WEIR_EMAIL_URL: url.replace('//', '//ada:right-pass@') } })).toMatchObject({
    rejected: [],
  });
});

test('without settings it says what to set', async () => {
  const bare = createEmailAdapter({ settings: () => undefined }).actions['send'];
  const failure = await failureOf(Promise.resolve(bare?.(mail, testContext())));
  expect(failure).toMatchObject({ code: 'connection_not_configured', outcome: 'not_sent' });
  expect(failure.message).toContain('WEIR_EMAIL_FROM');
  expect(await failureOf(send(mail, { settings: { WEIR_EMAIL_URL: 'http://x' } }))).toMatchObject({
    code: 'connection_not_configured',
  });
});

import { createKeyedAnswers, type Peer, refusal, textField } from './peer.ts';

export interface RetellOptions {
  /** How long a call lasts, in milliseconds. */
  readonly callMs: number;
  /** Told when a callback could not be delivered. */
  readonly onError: (error: unknown) => void;
}

/** Voice calls: answers at once, and posts the end of the call to `callback_url` after `callMs`. */
export function createRetell({ callMs, onError }: RetellOptions): { peer: Peer; stop: () => void } {
  const timers = new Set<NodeJS.Timeout>();
  const keyed = createKeyedAnswers();
  let count = 0;
  const peer: Peer = {
    'POST /calls': (request) =>
      keyed(request, () => {
        const callbackUrl = textField(request.body, 'callback_url');
        if (!URL.canParse(callbackUrl)) return refusal(400, 'bad_callback_url', 'callback_url must be an address.');
        count += 1;
        const callId = `call_${count}`;
        const timer = setTimeout(() => {
          timers.delete(timer);
          deliver(callbackUrl, {
            call_id: callId,
            status: 'ended',
            duration_seconds: 42,
            transcript: `Hello ${textField(request.body, 'to')}.`,
          }).catch(onError);
        }, callMs);
        timers.add(timer);
        return { status: 201, body: { call_id: callId, status: 'registered' } };
      }),
  };
  return { peer, stop: () => timers.forEach(clearTimeout) };
}

/** As real services do: tries again while the receiver has trouble (5 times at most). */
async function deliver(url: string, payload: unknown): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    }).catch((error: unknown) => error);
    if (answer instanceof Response && answer.status < 500) {
      if (answer.ok) return;
      throw new Error(`the callback was answered ${answer.status}`);
    }
    if (attempt === 5) throw new Error('the callback could not be delivered', { cause: answer });
    await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
  }
}

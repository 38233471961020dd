export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

export interface ReadStreamOptions {
  readonly url: string;
  /** Goes on right after this event. */
  readonly after?: string;
  /** Stops reading (and hangs up) when it gives true; left out: reads to the end. */
  readonly enough?: (events: readonly StreamEvent[]) => boolean;
  readonly withinMs?: number;
}

/** Reads server-sent events. `status` 204 means that there is nothing left. */
export async function readStream({ url, after, enough = () => false, withinMs = 45_000 }: ReadStreamOptions): Promise<{
  status: number;
  events: StreamEvent[];
}> {
  const hangUp = new AbortController();
  const late = setTimeout(() => hangUp.abort(new Error(`${url}: the stream neither ended nor gave enough`)), withinMs);
  const headers: Record<string, string> = after === undefined ? {} : { 'last-event-id': after };
  try {
    const response = await fetch(url, { headers, signal: hangUp.signal });
    const events: StreamEvent[] = [];
    if (response.status !== 200 || response.body === null) return { status: response.status, events };
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      events.push(...blocks.flatMap(parseEvent));
      if (enough(events)) break;
    }
    return { status: 200, events };
  } finally {
    clearTimeout(late);
  }
}

function parseEvent(block: string): StreamEvent[] {
  const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
  const data = field('data');
  if (data === undefined) return []; // A comment that keeps the connection alive.
  return [{ id: field('id') ?? '', event: field('event') ?? 'message', data: JSON.parse(data) }];
}

/** What a peer gets of a request. */
export interface PeerRequest {
  /** Values of `{name}` in the route. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; null when there is none. */
  readonly body: unknown;
}
export interface PeerAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Routes (`POST /calls/{id}`) of one service, with its state in their closure. */
export type Peer = Readonly<Record<string, (request: PeerRequest) => PeerAnswer>>;

/** A refusal as all peers give it. */
export function refusal(status: number, code: string, message: string): PeerAnswer {
  return { status, body: { error: { code, message } } };
}

/** A field of a JSON body, or undefined. */
export function field(body: unknown, name: string): unknown {
  return body !== null && typeof body === 'object' ? (body as Readonly<Record<string, unknown>>)[name] : undefined;
}
export function textField(body: unknown, name: string): string {
  const value = field(body, name);
  return typeof value === 'string' ? value : '';
}

/** Remembers answers by Idempotency-Key, as payment providers do: the same key gives the first answer again. */
export function createKeyedAnswers(): (request: PeerRequest, answer: () => PeerAnswer) => PeerAnswer {
  const known = new Map<string, { body: string; answer: PeerAnswer }>();
  return (request, answer) => {
    const key = request.headers['idempotency-key'];
    if (key === undefined) return answer();
    const body = JSON.stringify(request.body);
    const before = known.get(key);
    if (before !== undefined && before.body !== body)
      return refusal(409, 'idempotency_key_reused', 'This key came with another body before.');
    const given = before?.answer ?? answer();
    if ((given.status ?? 200) < 500) known.set(key, { body, answer: given });
    return given;
  };
}

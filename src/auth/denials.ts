import { change } from '../store/change.ts';
import type { Database } from '../store/database.ts';
import type { Refusal } from './credential-refused.ts';
import { systemPrincipal } from './principal.ts';

/** One record at once, and one with the count of what followed when this is over. */
const WINDOW_MS = 60_000;
/** Sources told apart in one window; what comes from further ones is counted together. */
const MAX_SOURCES = 50;

export interface Denials {
  /** Notes a refused credential. Returns at once. `address`: where it came from, held in memory only, to count by. */
  note(refusal: Refusal & { readonly credential: Credential; readonly address?: string }): void;
  /** Writes what is counted, and waits for it. */
  close(): Promise<void>;
}
export type Credential = 'token' | 'oidc' | 'session' | 'login' | 'none';

interface Counted {
  readonly first: Refusal & { readonly credential: Credential };
  count: number;
}

/** Audits refused credentials as `identity.denied`: at most two records a minute and source, so that a flood can't fill the chain. */
export function createDenials({
  database,
  now,
  onError = () => undefined,
  windowMs = WINDOW_MS,
}: {
  readonly database: Database;
  readonly now: () => number;
  readonly onError?: (error: unknown) => void;
  readonly windowMs?: number;
}): Denials {
  let open = new Map<string, Counted>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<unknown> = Promise.resolve();

  const write = ({ first, count }: Counted): void => {
    const { organisation = 'default', subject = { type: 'session', id: 'unknown' }, reason, credential } = first;
    const context = { principal: systemPrincipal('authentication', organisation), requestId: null, now: now() };
    const details = { reason, credential, count };
    writing = writing
      .then(() =>
        change(database, context, async (_, record) =>
          record({ action: 'identity.denied', subject, outcome: 'denied', details }),
        ),
      )
      .catch(onError);
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const counted = open;
    open = new Map();
    for (const entry of counted.values()) if (entry.count > 0) write(entry);
  };

  return {
    note({ address = '', ...first }) {
      timer ??= setTimeout(flush, windowMs).unref();
      const { organisation = 'default', reason, credential } = first;
      const source = [organisation, credential, reason, first.subject?.id, address].join('\n');
      const known = open.get(source);
      if (known !== undefined) known.count++;
      else if (open.size < MAX_SOURCES) {
        open.set(source, { first, count: 0 });
        write({ first, count: 1 });
      } else {
        const others = open.get('others') ?? { first: { reason: 'many_sources', credential: 'none' }, count: 0 };
        others.count++;
        open.set('others', others);
      }
    },
    async close() {
      flush();
      await writing;
    },
  };
}

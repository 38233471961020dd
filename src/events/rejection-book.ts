import { systemPrincipal } from '../auth/principal.ts';
import { change } from '../store/change.ts';
import type { Database } from '../store/database.ts';

/** Calls of webhooks that were refused, for the audit log: the first at once, those of the next minute as one record with their number. */
export interface RejectionBook {
  /** `reason` holds nothing of the call. Never rejects. */
  add(organisation: string, webhook: string, reason: string): void;
  /** Writes what is still counted. */
  close(): Promise<void>;
}

export interface RejectionBookDeps {
  readonly database: Pick<Database, 'db'>;
  readonly onError?: (message: string, error: unknown) => void;
  /** Default 60,000 ms. */
  readonly windowMs?: number;
  /** Default: the clock. */
  readonly now?: () => number;
}

interface Page {
  readonly organisation: string;
  readonly webhook: string;
  readonly reason: string;
  count: number;
  readonly timer: NodeJS.Timeout;
}

/** Webhooks have names of the organisation's own flows, so there are few pages; an unknown name is not written down. */
export function createRejectionBook({
  database,
  onError = () => undefined,
  windowMs = 60_000,
  now = Date.now,
}: RejectionBookDeps): RejectionBook {
  const pages = new Map<string, Page>();
  const writing = new Set<Promise<void>>();

  function write(
    { organisation, webhook, reason }: Pick<Page, 'organisation' | 'webhook' | 'reason'>,
    count: number,
  ): void {
    const context = { principal: systemPrincipal('webhooks', organisation), requestId: null, now: now() };
    const written: Promise<void> = change(database, context, async (_, record) => {
      record({
        action: 'webhook.rejected',
        subject: { type: 'webhook', id: webhook },
        outcome: 'denied',
        details: { reason, count },
      });
    })
      .catch((error: unknown) => onError('a refused call of a webhook could not be recorded', error))
      .finally(() => writing.delete(written));
    writing.add(written);
  }
  function turn(key: string, page: Page): void {
    pages.delete(key);
    clearTimeout(page.timer);
    if (page.count > 0) write(page, page.count);
  }

  return {
    add(organisation, webhook, reason) {
      const key = JSON.stringify([organisation, webhook, reason]);
      const open = pages.get(key);
      if (open !== undefined) {
        open.count++;
        return;
      }
      const timer = setTimeout(() => turn(key, page), windowMs);
      timer.unref();
      const page: Page = { organisation, webhook, reason, count: 0, timer };
      pages.set(key, page);
      write(page, 1);
    },
    async close() {
      for (const [key, page] of pages) turn(key, page);
      await Promise.all(writing);
    },
  };
}

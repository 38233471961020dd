import { DEPLOYMENTS_CHANNEL, parseNotice } from '../deployments/notify-deployments.ts';
import { FLOW_CHANNEL, readAnnouncement } from '../flows/flow-announcements.ts';
import type { Notifications } from '../store/notifications.ts';
import type { LogLine } from '../worker/install-runtime.ts';

/** Changes come in groups (a push of a folder): they are waited for this long, ms. */
const REST_MS = 500;

/**
 * Brings the schedules of an organisation up to date soon after a flow or deployment of it has changed, whoever changed it: where the
 * latest version runs, a new version alone may change them. Gives what ends it.
 */
export function syncOnChange(options: {
  readonly notifications: Pick<Notifications, 'on'>;
  readonly sync: (organisation: string) => Promise<void>;
  readonly log: LogLine;
}): () => Promise<void> {
  const { notifications, sync, log } = options;
  const timers = new Map<string, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  const changed = (change: { readonly organisation: string } | null): void => {
    if (change === null) return;
    const { organisation } = change;
    clearTimeout(timers.get(organisation));
    const timer = setTimeout(() => {
      timers.delete(organisation);
      const done: Promise<void> = sync(organisation)
        .catch((error: unknown) => log('warn', 'schedules wait to be brought to Temporal', { organisation, error }))
        .finally(() => running.delete(done));
      running.add(done);
    }, REST_MS);
    timers.set(organisation, timer.unref());
  };
  const off = [
    notifications.on(FLOW_CHANNEL, (payload) => changed(readAnnouncement(payload))),
    notifications.on(DEPLOYMENTS_CHANNEL, (payload) => changed(parseNotice(payload))),
  ];
  return async () => {
    for (const stop of off) stop();
    for (const timer of timers.values()) clearTimeout(timer);
    await Promise.all(running);
  };
}

import type { Notifications } from '../store/notifications.ts';

export interface NotifiedCacheOptions<T> {
  readonly load: (key: string) => Promise<T>;
  /** Entries at most; the one that was kept first goes. */
  readonly max: number;
  /** Says whether all notifications were heard. Left out: nothing is kept. */
  readonly notifications?: Pick<Notifications, 'sure' | 'onLost'>;
}

export interface NotifiedCache<T> {
  get(key: string): Promise<T>;
  /** For the listener of the notifications. */
  forget(key: string): void;
}

/**
 * Keeps what was loaded until a notification says that it changed. While notifications may have been missed everything is loaded
 * anew, each time; what was being loaded when a notification came is given to who asked before, and not kept.
 */
export function createNotifiedCache<T>({ load, max, notifications }: NotifiedCacheOptions<T>): NotifiedCache<T> {
  const kept = new Map<string, T>();
  const loading = new Map<string, Promise<T>>();
  notifications?.onLost(() => {
    kept.clear();
    loading.clear();
  });

  function loadOnce(key: string): Promise<T> {
    const known = loading.get(key);
    if (known !== undefined) return known;
    const made: Promise<T> = load(key).then(
      (value) => {
        if (loading.get(key) === made) {
          loading.delete(key);
          const [oldest] = kept.keys();
          if (kept.size >= max && oldest !== undefined) kept.delete(oldest);
          kept.set(key, value);
        }
        return value;
      },
      (error: unknown) => {
        if (loading.get(key) === made) loading.delete(key);
        throw error;
      },
    );
    loading.set(key, made);
    return made;
  }

  return {
    async get(key) {
      const sure = notifications?.sure() ?? false;
      if (sure !== true && !(await sure)) return load(key);
      const value = kept.get(key);
      return value !== undefined ? value : loadOnce(key);
    },
    forget(key) {
      kept.delete(key);
      loading.delete(key);
    },
  };
}

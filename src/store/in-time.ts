import { Problem } from '../problems/problem.ts';

/**
 * What the work gives, or store_unavailable with this `detail` after `ms`: a database that neither answers nor hangs up (a
 * network that swallows packets) must not hold a request. The work itself is not ended; what it comes to is dropped.
 */
export async function inTime<T>(work: Promise<T>, ms: number, detail: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem('store_unavailable', detail)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

import { freePort } from '../../temporal/free-port.ts';

/** The port itself, or a free one for 0: learns of a taken port before anything else is started. */
export async function portFor(wanted: number, host?: string): Promise<number> {
  if (host !== undefined && host !== '127.0.0.1') return wanted;
  return freePort(wanted).catch((error: unknown) => {
    throw new Error(`Port ${wanted} is taken. Name another with --port, or 0 for any.`, { cause: error });
  });
}

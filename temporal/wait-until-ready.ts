import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTE_TYPES } from './search-attributes.ts';

const POLL_MS = 50;
/** temporal.api.enums.v1.IndexedValueType */
const VALUE_TYPES = { Keyword: 2, KeywordList: 7 } as const;

export interface ReadyOptions {
  readonly timeoutMs: number;
  readonly namespace?: string;
  /** Registers search attributes that are missing instead of waiting for them. */
  readonly addSearchAttributes?: boolean;
}

/** Resolves when the server answers, knows the namespace and has Weir's search attributes. Rejects with the last reason when time is up. */
export async function waitUntilReady(address: string, options: ReadyOptions): Promise<void> {
  const { timeoutMs, namespace = 'default', addSearchAttributes = false } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check(address, namespace, addSearchAttributes);
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`Temporal at ${address} was not ready within ${timeoutMs / 1000} s`, { cause: error });
      }
      await sleep(POLL_MS);
    }
  }
}

async function check(address: string, namespace: string, add: boolean): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(SEARCH_ATTRIBUTE_TYPES).filter(([name]) => !(name in customAttributes));
    if (missing.length === 0) return;
    if (add) {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, VALUE_TYPES[type]])),
      });
    }
    throw new Error(`search attributes are missing: ${missing.map(([name]) => name).join(', ')}`);
  } finally {
    await connection.close();
  }
}

import { SEARCH_ATTRIBUTES } from '../src/workflows/contract.ts';

/** Type of each search attribute as the Temporal CLI names them. A SQL namespace has room for ten keywords and three key word lists. */
export const SEARCH_ATTRIBUTE_TYPES: Readonly<Record<string, 'Keyword' | 'KeywordList'>> = Object.fromEntries(
  Object.entries({
    status: 'Keyword',
    version: 'Keyword',
    tags: 'KeywordList',
    environment: 'Keyword',
    origin: 'Keyword',
    organisation: 'Keyword',
  } satisfies Record<keyof typeof SEARCH_ATTRIBUTES, 'Keyword' | 'KeywordList'>).map(([key, type]) => [
    SEARCH_ATTRIBUTES[key as keyof typeof SEARCH_ATTRIBUTES],
    type,
  ]),
);

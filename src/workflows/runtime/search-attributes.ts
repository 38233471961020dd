import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { type RunFlowInput, SEARCH_ATTRIBUTES } from '../contract.ts';

export const STATUS_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');
const VERSION_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.version, 'KEYWORD');
const TAGS_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.tags, 'KEYWORD_LIST');
const ENVIRONMENT_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.environment, 'KEYWORD');
const ORGANISATION_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.organisation, 'KEYWORD');
const ORIGIN_KEY = defineSearchAttributeKey(SEARCH_ATTRIBUTES.origin, 'KEYWORD');

/** The search attributes that an execution starts with. */
export function searchAttributesOf(input: RunFlowInput): SearchAttributePair[] {
  const origin = input.parent?.execution_id ?? input.origin?.execution_id;
  return [
    { key: STATUS_KEY, value: 'running' },
    { key: VERSION_KEY, value: input.flow.version },
    { key: ENVIRONMENT_KEY, value: input.environment },
    ...(input.tags.length > 0 ? [{ key: TAGS_KEY, value: [...input.tags] }] : []),
    ...(input.organisation !== undefined ? [{ key: ORGANISATION_KEY, value: input.organisation }] : []),
    ...(origin !== undefined ? [{ key: ORIGIN_KEY, value: origin }] : []),
  ];
}

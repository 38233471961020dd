import type { AuditRecord } from '../audit-log.ts';
import { parseBody, type RecordFields } from './parse-body.ts';

/** Version whose names are used; of the profile record_integrity, which is newer, those of its first release (1.9). */
const OCSF_VERSION = '1.9.0-dev';
const API_ACTIVITY = 6003;

/** `activity_id` by the verb of an action; anything else is an update, apart from what only reads. */
const ACTIVITIES: Readonly<Record<string, { readonly id: 1 | 2 | 3 | 4; readonly name: string }>> = {
  create: { id: 1, name: 'Create' },
  start: { id: 1, name: 'Create' },
  rerun: { id: 1, name: 'Create' },
  clone: { id: 1, name: 'Create' },
  export: { id: 2, name: 'Read' },
  read: { id: 2, name: 'Read' },
  delete: { id: 4, name: 'Delete' },
  revoke: { id: 4, name: 'Delete' },
  archive: { id: 4, name: 'Delete' },
  undeploy: { id: 4, name: 'Delete' },
};
const UPDATE = { id: 3, name: 'Update' } as const;

/** `status_id` and `status`. A denied call is a failure; of an intent nothing is known yet. */
const STATUSES: Readonly<Record<string, { readonly id: 0 | 1 | 2; readonly name: string }>> = {
  success: { id: 1, name: 'Success' },
  failure: { id: 2, name: 'Failure' },
  denied: { id: 2, name: 'Failure' },
};

/** `user.type_id`: a person, or the system and its tokens. */
const USER_TYPES: Readonly<Record<string, { readonly id: 1 | 3 | 99; readonly name: string }>> = {
  user: { id: 1, name: 'User' },
  local: { id: 1, name: 'User' },
  system: { id: 3, name: 'System' },
};

/**
 * One event of OCSF: API Activity with the profile record_integrity. The record itself stands in `raw_data`, so that the chain can
 * be followed from these lines too. One line of JSON.
 */
export function ocsfLine(organisation: string, { seq, body, hash }: AuditRecord, hashBefore: string): string {
  const fields = parseBody(body);
  const activity = ACTIVITIES[fields.action.split('.').at(-1) ?? ''] ?? UPDATE;
  const status = STATUSES[fields.outcome] ?? { id: 0, name: 'Unknown' };
  const uid = `${organisation}/${seq}`;
  return JSON.stringify({
    class_uid: API_ACTIVITY,
    class_name: 'API Activity',
    category_uid: 6,
    category_name: 'Application Activity',
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: API_ACTIVITY * 100 + activity.id,
    time: Date.parse(fields.at) || 0,
    severity_id: fields.outcome === 'denied' ? 3 : 1,
    status_id: status.id,
    status: status.name,
    status_code: fields.outcome,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Weir', vendor_name: 'Weir' },
      profiles: ['record_integrity'],
      uid,
      sequence: seq,
      tenant_uid: organisation,
      ...(fields.requestId !== '' && { correlation_uid: fields.requestId }),
    },
    actor: { user: user(fields) },
    api: {
      operation: fields.action,
      service: { name: 'Weir' },
      ...(fields.requestId !== '' && { request: { uid: fields.requestId } }),
    },
    src_endpoint: { name: fields.actor.id === '' ? 'unknown' : fields.actor.id },
    resources: [{ uid: fields.subject.id, type: fields.subject.type }],
    attestation_list: [
      {
        uid,
        authority_uid: organisation,
        chain_uid: `weir-audit/1:${organisation}`,
        fingerprint: fingerprint(hash),
        ...(seq > 1 && {
          prev_event: { uid: `${organisation}/${seq - 1}`, fingerprint: fingerprint(hashBefore) },
        }),
      },
    ],
    unmapped: { details: fields.details, ...(fields.intent !== '' && { intent: fields.intent }) },
    raw_data: body,
  });
}

function user({ actor }: RecordFields) {
  const type = USER_TYPES[actor.kind] ?? { id: 99, name: actor.kind === '' ? 'Other' : actor.kind };
  return { uid: actor.id, name: actor.name, type_id: type.id, type: type.name };
}

/** Over `raw_data` with what stands before it in the chain, not over the event: hence a serialisation of our own. */
function fingerprint(hash: string) {
  return {
    algorithm_id: 3,
    algorithm: 'SHA-256',
    encoding_id: 1,
    encoding: 'Hex',
    serialization_id: 99,
    serialization: 'weir-audit/1',
    value: hash,
  };
}

import type { Peer } from './peer.ts';

/** Contacts and their fields. */
export function createCrm(): Peer {
  const contacts = new Map<string, Record<string, unknown>>();
  return {
    'PUT /contacts/{id}': ({ path, body }) => {
      const id = path['id'] ?? '';
      const fields = { ...contacts.get(id), ...(body !== null && typeof body === 'object' ? body : {}) };
      contacts.set(id, fields);
      return { body: { contact_id: id, fields } };
    },
  };
}

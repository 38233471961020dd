import { type Peer, refusal } from './peer.ts';

const TEMPLATES: Readonly<Record<string, { id: string; version: number; text: string }>> = {
  'support-agent-v1': {
    id: 'support-agent-v1',
    version: 3,
    text: 'You help customers of a small shop. Be brief and friendly.',
  },
};

/** Prompt templates: has `support-agent-v1`. */
export function createPrompts(): Peer {
  return {
    'GET /templates/{id}': ({ path }) => {
      const id = path['id'] ?? '';
      const template = Object.hasOwn(TEMPLATES, id) ? TEMPLATES[id] : undefined;
      return template === undefined
        ? refusal(404, 'template_not_found', `There is no template ${id}.`)
        : { body: template };
    },
  };
}

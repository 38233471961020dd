import type { CatalogueEntry } from './entry.ts';

/** What only a folder of flows can show (src/flows): no single file has these. */
export const FOLDER_CODES = {
  WEIR1901: {
    severity: 'warning',
    title: 'Changed, but not its version',
    explanation:
      'The content of a file has changed while its `version` stayed. Running executions keep the content they started with; new ones get the new content under the old number.',
    bad: 'version: 1.4.0   # and other steps than before',
    fix: 'version: 1.4.1',
  },
  WEIR1902: {
    severity: 'warning',
    title: 'The same flow version in two files',
    explanation: 'Two files of the folder hold the same flow in the same version. The first by path counts.',
    bad: 'flow: refund   # in a.flow.yaml and in b.flow.yaml',
    fix: 'flow: refund-express   # in b.flow.yaml',
  },
  WEIR1903: {
    severity: 'error',
    title: 'A faulty file beside the flows',
    explanation:
      'A file that was imported describes an adapter or a catalogue of actions and is not valid; the message names what is wrong.',
    bad: 'look_up: { adapter: crm, acton: find }   # in actions.yaml',
    fix: 'look_up: { adapter: crm, action: find }',
  },
  WEIR1904: {
    severity: 'error',
    title: "A text that can't be stored",
    explanation:
      'The database takes no U+0000 and no half of a surrogate pair in the texts of a flow, and no category or tag longer than 200 characters.',
    bad: 'title: "Refund\\0"',
    fix: 'title: Refund',
  },
} as const satisfies Record<string, CatalogueEntry>;

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
} as const satisfies Record<string, CatalogueEntry>;

import { VALUE } from '../fragments.ts';
import type { KindSchema } from '../step-schema.ts';

export const returnSchema: KindSchema = { description: 'Ends the flow as completed, with this output.', ...VALUE };

import type { KindSchema } from '../step-schema.ts';

export const setSchema: KindSchema = {
  description: 'Sets variables, read as `$vars.name`.',
  type: 'object',
  minProperties: 1,
  propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
};

import type { JsonObject } from '../ir/index.ts';
import type { CALL_SETTINGS } from '../check/keywords.ts';

/** Schema of the value of a kind's keyword; the description is the hover text of the keyword. */
export type KindSchema = JsonObject & { readonly description: string };
export type CallSchema = Readonly<Record<(typeof CALL_SETTINGS)[number], JsonObject>>;

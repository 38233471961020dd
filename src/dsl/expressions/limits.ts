/** Characters of one expression. */
export const MAX_EXPRESSION_CHARS = 16_384;
/** Levels of one expression, counting nested brackets and chained operators. Bounds the recursion of everything that walks it. */
export const MAX_DEPTH = 200;
/** Steps of one evaluation: nodes, macro rounds, and work in proportion to the size of what is built or searched. */
export const MAX_COST = 1_000_000;
/** Characters (as JSON) of a value that an expression builds. */
export const MAX_OUTPUT_CHARS = 16 * 1024 * 1024;
/** Levels of lists and maps inside each other in a value that is built, compared or turned into JSON. */
export const MAX_VALUE_DEPTH = 200;
/** Characters of a regular expression, and of the text it is applied to. */
export const MAX_PATTERN_CHARS = 1_000;
export const MAX_MATCHED_CHARS = 1024 * 1024;

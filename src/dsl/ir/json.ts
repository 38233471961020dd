/** Any value that JSON can hold. Flow data is always this: no Date, no BigInt, no undefined. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

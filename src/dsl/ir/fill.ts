/** Text to assemble at a place in the params: literal, secret by name, or the callback address. A single part keeps nothing but text. */
export interface Fill {
  readonly path: readonly (string | number)[];
  readonly parts: readonly (string | { readonly secret: string } | { readonly callback_url: true })[];
}

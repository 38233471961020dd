/** Text of a source, without a byte order mark; null when the bytes are not UTF-8. */
export function decode(source: string | Uint8Array): string | null {
  if (typeof source === 'string') return source.startsWith('\uFEFF') ? source.slice(1) : source;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    return null;
  }
}

/** Size in bytes as UTF-8. */
export function byteLength(source: string | Uint8Array): number {
  return typeof source === 'string' ? Buffer.byteLength(source, 'utf8') : source.byteLength;
}

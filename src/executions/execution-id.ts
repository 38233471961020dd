import { createHash, randomBytes } from 'node:crypto';

/** A UUIDv7 (RFC 9562): its first 48 bits are the time, so ids sort by start. `now` in ms since the epoch. */
export function newExecutionId(now: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  return uuid(bytes, 7);
}

/** A UUIDv8 hashed from the parts: the same parts give the same id, so that Temporal refuses a second start. */
export function keyedExecutionId(parts: readonly string[]): string {
  return uuid(createHash('sha256').update(JSON.stringify(parts)).digest(), 8);
}

/** What can be an execution's id: a UUID, or for a sub-flow's the parent's with step and generation behind `~`. */
export function isExecutionId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(~[^\p{Cc}]{1,900})?$/u.test(text);
}

/** When an execution was started, ms since the epoch, if its id tells: a run that continues it has a start of its own. */
export function startOf(executionId: string): number | null {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7[^~]*$/.test(executionId)
    ? Number.parseInt(executionId.slice(0, 8) + executionId.slice(9, 13), 16)
    : null;
}

function uuid(bytes: Buffer, version: 7 | 8): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const START = '{"seq":';
const BODY = ',"body":';
const HASH = ',"hash":"';
/** `,"hash":"…"}` at the end of a line. */
const TAIL = HASH.length + 64 + 2;
const MAX_DIGITS = 16;

/** A record in the bytes of its line: where the body stands, as it was hashed. */
export interface ParsedRecord {
  readonly seq: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  readonly hash: string;
}

/** A line exactly as `recordLine` writes it; null for any other. The body is not looked into: its hash tells. */
export function parseRecord(line: Buffer): ParsedRecord | null {
  const digits = digitsOf(line);
  const bodyStart = START.length + digits + BODY.length;
  const bodyEnd = line.length - TAIL;
  if (digits === 0 || bodyEnd <= bodyStart) return null;
  if (line.toString('latin1', START.length + digits, bodyStart) !== BODY) return null;
  const tail = line.toString('latin1', bodyEnd, line.length);
  if (!tail.startsWith(HASH) || !tail.endsWith('"}')) return null;
  return { seq: readSeq(line, digits), bodyStart, bodyEnd, hash: tail.slice(HASH.length, HASH.length + 64) };
}

/** Seq of a record's line; null for what is none. */
export function seqOf(line: Buffer): number | null {
  const digits = digitsOf(line);
  return digits === 0 ? null : readSeq(line, digits);
}

/** How many digits the seq has; 0 where the line has none, or none as it is written. */
function digitsOf(line: Buffer): number {
  if (line.toString('latin1', 0, START.length) !== START || line[START.length] === 0x30) return 0;
  let digits = 0;
  for (
    let byte = line[START.length];
    byte !== undefined && byte >= 0x30 && byte <= 0x39;
    byte = line[START.length + digits]
  )
    digits += 1;
  return digits > MAX_DIGITS ? 0 : digits;
}

function readSeq(line: Buffer, digits: number): number {
  return Number(line.toString('latin1', START.length, START.length + digits));
}

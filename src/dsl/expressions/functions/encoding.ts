import { wrong } from '../expression-error.ts';
import { type CelFunction, textArg } from './function.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Functions between encodings of text. */
export const ENCODING: Readonly<Record<string, CelFunction>> = {
  urlEncode: {
    usage: 'urlEncode(text): for one part of a URL’s path or query',
    args: [1, 1],
    call: (args, { budget }) => {
      const text = textArg('urlEncode', args, 0);
      budget.spendChars(text.length * 6);
      return encode(text, 'urlEncode');
    },
  },
  urlDecode: {
    usage: 'urlDecode(text)',
    args: [1, 1],
    call: (args, { budget }) => {
      const text = textArg('urlDecode', args, 0);
      budget.spendChars(text.length * 6);
      return decode(text, 'urlDecode');
    },
  },
  base64Encode: {
    usage: 'base64Encode(text): of its UTF-8',
    args: [1, 1],
    call: (args, { budget }) => {
      const text = textArg('base64Encode', args, 0);
      budget.spendChars(text.length * 16);
      return toBase64(utf8(encode(text, 'base64Encode')));
    },
  },
  base64Decode: {
    usage: 'base64Decode(text): to UTF-8; the URL-safe alphabet too',
    args: [1, 1],
    call: (args, { budget }) => {
      const text = textArg('base64Decode', args, 0);
      budget.spendChars(text.length * 16);
      return decode(
        fromBase64(text)
          .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
          .join(''),
        'base64Decode',
      );
    },
  },
};

function encode(text: string, name: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw wrong(`${name}() was given half of a surrogate pair`);
  }
}
function decode(text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong(`${name}() was given a text that is not encoded so, or not UTF-8`);
  }
}

/** The bytes of a percent-encoded text. */
function utf8(encoded: string): number[] {
  const bytes: number[] = [];
  for (let index = 0; index < encoded.length; index++) {
    if (encoded.charAt(index) === '%') {
      bytes.push(Number.parseInt(encoded.slice(index + 1, index + 3), 16));
      index += 2;
    } else bytes.push(encoded.charCodeAt(index));
  }
  return bytes;
}

function toBase64(bytes: readonly number[]): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b, c] = bytes.slice(index, index + 3);
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 63);
    text +=
      (b === undefined ? '=' : ALPHABET.charAt((bits >> 6) & 63)) +
      (c === undefined ? '=' : ALPHABET.charAt(bits & 63));
  }
  return text;
}

function fromBase64(text: string): number[] {
  const digits = text
    .replace(/-/g, '+')
    .replace(/_/g, '/')
    .replace(/={0,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1)
    throw wrong('base64Decode() was given a text that is no Base64');
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const digit of digits) {
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push((bits >> held) & 255);
    }
  }
  return bytes;
}

import { RE2JS } from 're2js';

/**
 * Regular expressions for JSON Schema's `pattern` that can't be made to hang: RE2, linear in the text. Look-around and
 * back-references are refused when the schema is compiled. For ajv's option `code.regExp`.
 */
export const linearRegExp: ((pattern: string, flags: string) => { test: (text: string) => boolean }) & {
  code: string;
} = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // ajv tells patterns apart by their text.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => `re2:${pattern}` };
  },
  // Only ajv's standalone code generation, which is not used here, would read this.
  { code: 'linearRegExp' },
);

import type { Readable, Writable } from 'node:stream';

/** Asks the person at the terminal. Answers are null when the question was broken off (Ctrl-C, Escape, closed input). */
export interface Prompter {
  /** Text that is not shown while it is typed. */
  secret(question: string): Promise<string | null>;
  /** Yes or no; `no` is proposed. */
  confirm(question: string): Promise<boolean | null>;
}

/** The one for people, on a terminal. Its library is loaded with the first question. `output` is standard error: results stay clean. */
export function createPrompter(terminal: { input: Readable; output: Writable }): Prompter {
  return {
    async secret(message) {
      const { password } = await import('@clack/prompts');
      const given = await password({ message, ...terminal });
      return typeof given === 'string' ? given : null;
    },
    async confirm(message) {
      const { confirm } = await import('@clack/prompts');
      const given = await confirm({ message, initialValue: false, ...terminal });
      return typeof given === 'boolean' ? given : null;
    },
  };
}

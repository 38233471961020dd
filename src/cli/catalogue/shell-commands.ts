import type { CommandDefinition } from '../command.ts';

export const SHELL_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'completion',
    group: 'Shell',
    summary: 'Print completion for a shell',
    args: [{ name: 'shell', kind: 'required', description: 'bash, zsh or fish' }],
    options: [],
    examples: [
      { line: 'source <(weir completion bash)', does: 'in ~/.bashrc' },
      { line: 'weir completion fish > ~/.config/fish/completions/weir.fish', does: 'for fish' },
    ],
    exits: ['ok'],
    load: async () => (await import('../commands/completion.ts')).completion,
  },
];

/** Diagnostics of flow tests beside those of reading YAML (WEIR00xx). Their entries are in docs/reference/flow-tests.md. */
export const TEST_CODES = {
  WEIR9001: { severity: 'error', title: 'Unknown key in a flow test' },
  WEIR9002: { severity: 'error', title: 'A value of the wrong kind in a flow test' },
  WEIR9003: { severity: 'error', title: 'Something is missing in a flow test' },
  WEIR9004: { severity: 'error', title: 'Two cases of one name' },
  WEIR9005: { severity: 'error', title: 'The flow of a test can’t be used' },
  WEIR9006: { severity: 'warning', title: 'A mock that no step can call' },
} as const satisfies Record<string, { severity: 'error' | 'warning'; title: string }>;

export type TestCode = keyof typeof TEST_CODES;

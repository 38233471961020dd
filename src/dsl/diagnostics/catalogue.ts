import { CALL_CODES } from './catalogue/calls.ts';
import type { CatalogueEntry } from './catalogue/entry.ts';
import { FLOW_CODES } from './catalogue/flow.ts';
import { FOLDER_CODES } from './catalogue/folder.ts';
import { STEP_CODES } from './catalogue/steps.ts';
import { REFERENCE_CODES, VALUE_CODES } from './catalogue/values.ts';
import { YAML_CODES } from './catalogue/yaml.ts';

const ALL = {
  ...YAML_CODES,
  ...FLOW_CODES,
  ...FOLDER_CODES,
  ...STEP_CODES,
  ...VALUE_CODES,
  ...REFERENCE_CODES,
  ...CALL_CODES,
};

export type DiagnosticCode = keyof typeof ALL;

/** Every diagnostic of the compiler by its code: the one source of codes, severities and docs/reference/diagnostics.md. */
export const CATALOGUE: Readonly<Record<DiagnosticCode, CatalogueEntry>> = ALL;

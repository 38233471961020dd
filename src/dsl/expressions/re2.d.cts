import type { RE2JS } from 're2js' with { 'resolution-mode': 'import' };

/** The RE2 implementation, evaluated when first asked for. */
export declare const re2: () => typeof RE2JS;

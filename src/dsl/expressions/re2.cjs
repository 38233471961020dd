// The one CommonJS file: `require` inside a function is what lets the workflow bundle leave re2js alone until an
// expression matches a pattern. Evaluating it costs 0.7 ms, and the bundle is evaluated for every workflow.
exports.re2 = () => require('re2js').RE2JS;

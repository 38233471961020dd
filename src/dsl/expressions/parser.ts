import type { BinaryOperator, Node } from './ast.ts';
import { type Token, tokenize } from './lexer.ts';
import { MAX_DEPTH } from './limits.ts';
import { SyntaxProblem } from './syntax-problem.ts';

const WORDS: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!', is: '==', eq: '==' };
const RELATIONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);

/**
 * Parses CEL with `$name` roots into a tree of at most MAX_DEPTH levels. Throws SyntaxProblem.
 * Recursive descent; one instance a text, so nothing is kept between calls.
 */
export function parse(text: string): Node {
  return new Parser(tokenize(text)).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #pos = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Node {
    if (this.#peek().type === 'end') throw new SyntaxProblem({ message: 'the expression is empty', at: 0 });
    const node = this.#expression();
    const rest = this.#peek();
    if (rest.type !== 'end') throw this.#unexpected(rest);
    return node;
  }

  #expression(): Node {
    this.#enter();
    const test = this.#or();
    let node = test;
    if (this.#accept('?')) {
      const yes = this.#expression();
      this.#expect(':');
      const no = this.#expression();
      node = make({ kind: 'choice', test, yes, no, at: test.at, end: no.end }, test, yes, no);
    }
    this.#nesting--;
    return node;
  }

  #or(): Node {
    let left = this.#and();
    while (this.#accept('||')) {
      const right = this.#and();
      left = make({ kind: 'or', left, right, at: left.at, end: right.end }, left, right);
    }
    return left;
  }

  #and(): Node {
    let left = this.#relation();
    while (this.#accept('&&')) {
      const right = this.#relation();
      left = make({ kind: 'and', left, right, at: left.at, end: right.end }, left, right);
    }
    return left;
  }

  #relation(): Node {
    return this.#chain(
      (token) => RELATIONS.has(String(token.value)) && (token.type === 'op' || token.value === 'in'),
      () => this.#sum(),
    );
  }
  #sum(): Node {
    return this.#chain(
      (token) => token.type === 'op' && (token.value === '+' || token.value === '-'),
      () => this.#product(),
    );
  }
  #product(): Node {
    return this.#chain(
      (token) => token.type === 'op' && (token.value === '*' || token.value === '/' || token.value === '%'),
      () => this.#unary(),
    );
  }

  #chain(accepts: (token: Token) => boolean, operand: () => Node): Node {
    let left = operand();
    for (let token = this.#peek(); token.type !== 'string' && accepts(token); token = this.#peek()) {
      this.#pos++;
      const right = operand();
      // `accepts` let only operators through.
      left = make(
        { kind: 'binary', op: token.value as BinaryOperator, left, right, at: left.at, end: right.end },
        left,
        right,
      );
    }
    return left;
  }

  #unary(): Node {
    const token = this.#peek();
    const kind = this.#isOp(token, '!') ? 'not' : this.#isOp(token, '-') ? 'negate' : null;
    if (kind === null) return this.#postfix();
    this.#enter();
    this.#pos++;
    const operand = this.#unary();
    this.#nesting--;
    if (kind === 'negate' && operand.kind === 'literal' && typeof operand.value === 'number') {
      return make({ kind: 'literal', value: -operand.value, at: token.at, end: operand.end });
    }
    return make({ kind, operand, at: token.at, end: operand.end }, operand);
  }

  #postfix(): Node {
    let node = this.#primary();
    for (;;) {
      if (this.#accept('.')) {
        const optional = this.#accept('?');
        const name = this.#next();
        if (name.type !== 'name' && name.type !== 'field') throw this.#unexpected(name, 'a field’s name');
        if (!optional && name.type === 'name' && this.#accept('(')) node = this.#call(name, node);
        else
          node = make(
            { kind: 'field', of: node, name: String(name.value), optional, at: node.at, end: name.end },
            node,
          );
      } else if (this.#accept('[')) {
        const optional = this.#accept('?');
        const index = this.#expression();
        const { end } = this.#expect(']');
        node = make({ kind: 'index', of: node, index, optional, at: node.at, end }, node, index);
      } else return node;
    }
  }

  #primary(): Node {
    const token = this.#next();
    const { at, end } = token;
    if (token.type === 'number' || token.type === 'string')
      return make({ kind: 'literal', value: token.value, at, end });
    if (token.type === 'root') return make({ kind: 'root', name: String(token.value), at, end });
    if (token.type === 'name') return this.#word(token);
    if (this.#isOp(token, '(')) {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    if (this.#isOp(token, '[')) {
      const items = this.#list(']', () => this.#expression());
      return make({ kind: 'list', items: items.values, at, end: items.end }, ...items.values);
    }
    if (this.#isOp(token, '{')) {
      const entries = this.#list('}', () => {
        const key = this.#expression();
        this.#expect(':');
        return { key, value: this.#expression() };
      });
      return make(
        { kind: 'map', entries: entries.values, at, end: entries.end },
        ...entries.values.flatMap((entry) => [entry.key, entry.value]),
      );
    }
    throw this.#unexpected(token, 'a value');
  }

  #word(token: Token): Node {
    const { at, end } = token;
    if (token.value === 'true' || token.value === 'false')
      return make({ kind: 'literal', value: token.value === 'true', at, end });
    if (token.value === 'null') return make({ kind: 'literal', value: null, at, end });
    if (token.value === 'in') throw this.#unexpected(token, 'a value');
    if (this.#accept('(')) return this.#call(token, null);
    return make({ kind: 'name', name: String(token.value), at, end });
  }

  #call(name: Token, on: Node | null): Node {
    const args = this.#list(')', () => this.#expression());
    const below = on === null ? args.values : [on, ...args.values];
    return make(
      {
        kind: 'call',
        name: String(name.value),
        nameAt: name.at,
        on,
        args: args.values,
        at: on?.at ?? name.at,
        end: args.end,
      },
      ...below,
    );
  }

  /** Items between here and `close`, separated by commas; a comma may stand after the last. */
  #list<T>(close: string, item: () => T): { values: T[]; end: number } {
    const values: T[] = [];
    while (!this.#isOp(this.#peek(), close)) {
      values.push(item());
      if (!this.#accept(',')) break;
    }
    return { values, end: this.#expect(close).end };
  }

  #enter(): void {
    if (++this.#nesting > MAX_DEPTH) throw tooDeep(this.#peek().at);
  }
  #peek(): Token {
    // The last token is `end`, and nothing steps over it.
    return this.#tokens[this.#pos] as Token;
  }
  #next(): Token {
    const token = this.#peek();
    if (token.type !== 'end') this.#pos++;
    return token;
  }
  #isOp(token: Token, value: string): boolean {
    return token.type === 'op' && token.value === value;
  }
  #accept(value: string): boolean {
    if (!this.#isOp(this.#peek(), value)) return false;
    this.#pos++;
    return true;
  }
  #expect(value: string): Token {
    const token = this.#next();
    if (!this.#isOp(token, value)) throw this.#unexpected(token, `\`${value}\``);
    return token;
  }

  #unexpected(token: Token, wanted?: string): SyntaxProblem {
    const found =
      token.type === 'end'
        ? 'the expression ends'
        : token.type === 'string'
          ? 'there is a string'
          : `there is \`${token.type === 'root' ? '$' : ''}${token.value}\``;
    const word = token.type === 'name' ? WORDS[String(token.value)] : undefined;
    return new SyntaxProblem({
      message:
        wanted === undefined ? `${found} where the expression should end` : `${found} where ${wanted} is expected`,
      at: token.at,
      length: token.end - token.at,
      ...(word === undefined ? {} : { hint: `Write ${word}.` }),
    });
  }
}

type Bare<T> = T extends unknown ? Omit<T, 'depth'> : never;

function make(node: Bare<Node>, ...below: readonly Node[]): Node {
  let depth = 0;
  for (const child of below) if (child.depth > depth) depth = child.depth;
  if (depth >= MAX_DEPTH) throw tooDeep(node.at);
  return { ...node, depth: depth + 1 };
}

function tooDeep(at: number): SyntaxProblem {
  return new SyntaxProblem({
    kind: 'too_deep',
    message: `the expression is nested more than ${MAX_DEPTH} levels deep`,
    at,
    hint: 'Split it: `set` keeps a part in $vars.',
  });
}

import type { Json, JsonObject } from '../dsl/ir/json.ts';
import { CliError } from './cli-error.ts';

/**
 * An object of an answer, read field by field: a server that answers with something else is told as such, instead of failing
 * somewhere later. Fields that this program does not know don't matter.
 */
export class Fields {
  readonly json: JsonObject;

  /** Throws a CliError for what is no object. */
  constructor(value: Json | undefined) {
    if (!isMap(value)) throw unexpected('an object is missing');
    this.json = value;
  }

  /** Throws a CliError when there is no such text. */
  text(name: string): string {
    const value = this.json[name];
    if (typeof value !== 'string') throw unexpected(`\`${name}\` is missing`);
    return value;
  }

  /** Text, or what a number or truth value looks like; '' for everything else. */
  show(name: string): string {
    const value = this.json[name];
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  }

  /** Null when it is none. */
  number(name: string): number | null {
    const value = this.json[name];
    return typeof value === 'number' ? value : null;
  }

  flag(name: string): boolean {
    return this.json[name] === true;
  }

  /** Null when there is no such text. */
  optional(name: string): string | null {
    const value = this.json[name];
    return typeof value === 'string' ? value : null;
  }

  /** Throws a CliError when there is no such object. */
  object(name: string): Fields {
    return new Fields(this.json[name]);
  }

  /** Null when there is no such object. */
  part(name: string): Fields | null {
    const value = this.json[name];
    return isMap(value) ? new Fields(value) : null;
  }

  /** Throws a CliError when there is no such list of objects. */
  list(name: string): readonly Fields[] {
    const value = this.json[name];
    if (!Array.isArray(value)) throw unexpected(`\`${name}\` is missing`);
    return value.map((one) => new Fields(one));
  }

  /** The texts of a list; none when there is no list. */
  texts(name: string): readonly string[] {
    const value = this.json[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  }
}

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unexpected(what: string): CliError {
  return new CliError(`The server answered in a form that this program does not know: ${what}.`, {
    hint: 'Is it the address of the API, and are both of the same release? weir --version',
  });
}

// Owns: the attributes of a DBC file: what they may be, their defaults, and their values for messages, signals and nodes. Must not know
// what an attribute means.
import type { DbcFault } from './dbcFile.ts';
import { malformed, type Statement } from './statements.ts';

/** Whose attribute it is: a message's number, that and a signal's name, a node's name. */
type Owner = `BO_ ${number}` | `SG_ ${number} ${string}` | `BU_ ${string}`;

const definitionForm = /^BA_DEF_ (?:(BO_|SG_|BU_|EV_) )?"0" (INT|HEX|FLOAT|STRING|ENUM)\b/;
const defaultForm = /^BA_DEF_DEF_ "0" ([-+\w.]+|"1")$/;
const valueForm = /^BA_ "0" (?:(?:(BO_) (\d{1,10})|(SG_) (\d{1,10}) (\S+)|(BU_) (\S+)|EV_ \S+) )?([-+\w.]+|"1")$/;

export class Attributes {
  /** The values of enumerations, by the attribute. */
  private readonly enumerations = new Map<string, readonly string[]>();
  private readonly defaults = new Map<string, string>();
  private readonly values = new Map<string, string>();

  /** Takes a `BA_DEF_`, `BA_DEF_DEF_` or `BA_`. */
  take(statement: Statement): DbcFault | undefined {
    if (statement.keyword === 'BA_DEF_') return this.takeDefinition(statement);
    return statement.keyword === 'BA_DEF_DEF_' ? this.takeDefault(statement) : this.takeValue(statement);
  }

  /** The value itself, of an enumeration its name; else the default. */
  of(owner: Owner, attribute: string): string | undefined {
    return this.own(owner, attribute) ?? this.defaultOf(attribute);
  }

  /** The same without the default. */
  own(owner: Owner, attribute: string): string | undefined {
    return this.named(attribute, this.values.get(`${attribute} ${owner}`));
  }

  defaultOf(attribute: string): string | undefined {
    return this.named(attribute, this.defaults.get(attribute));
  }

  /** Files name the values of an enumeration by index as well as by name. */
  private named(attribute: string, given: string | undefined): string | undefined {
    const names = this.enumerations.get(attribute);
    if (given === undefined || names === undefined || names.includes(given)) return given;
    return (/^\d{1,6}$/.test(given) ? names[Number(given)] : undefined) ?? given;
  }

  private takeDefinition(statement: Statement): DbcFault | undefined {
    const [, , kind] = definitionForm.exec(statement.text) ?? [];
    if (kind === undefined) return malformed(statement, 'BA_DEF_ BO_ "NAME" INT, HEX, FLOAT, STRING or ENUM ...;');
    const [name = '', ...values] = statement.strings;
    if (kind === 'ENUM') this.enumerations.set(name, values);
    return undefined;
  }

  private takeDefault(statement: Statement): DbcFault | undefined {
    const [, given] = defaultForm.exec(statement.text) ?? [];
    if (given === undefined) return malformed(statement, 'BA_DEF_DEF_ "NAME" VALUE;');
    this.defaults.set(statement.strings[0] ?? '', givenValue(given, statement));
    return undefined;
  }

  private takeValue(statement: Statement): DbcFault | undefined {
    const form = valueForm.exec(statement.text);
    if (form === null) return malformed(statement, 'BA_ "NAME" BO_ NUMBER VALUE;');
    const [, message, number, signal, of, name, node, nodeName, given = ''] = form;
    const owner = ownerOf(
      message && `BO_ ${Number(number)}`,
      signal && `SG_ ${Number(of)} ${name}`,
      node && `BU_ ${nodeName}`,
    );
    if (owner !== undefined) this.values.set(`${statement.strings[0] ?? ''} ${owner}`, givenValue(given, statement));
    return undefined;
  }
}

function ownerOf(...owners: readonly (string | undefined)[]): string | undefined {
  return owners.find((owner) => owner !== undefined);
}

function givenValue(given: string, { strings }: Statement): string {
  return given === '"1"' ? (strings[1] ?? '') : given;
}

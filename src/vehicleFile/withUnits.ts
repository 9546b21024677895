// Owns: how a quantity of a file gets a name with its unit once it is read. Does not know which there are.
import * as z from 'zod';

/** Members that `Names` has, under the names that it gives them. */
type Renamed<Value, Names> = {
  [Key in keyof Value as Key extends keyof Names ? Names[Key] & string : Key]: Value[Key];
};

const objectForm = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The form of an object whose quantities get names with units when they are read: `bootTime: 3s` in a file is `bootMs: 3000` from then on.
 * It goes both ways: the head of a trace holds what was read, and is encoded to the file's form to be checked.
 */
export function withUnits<
  Form extends z.ZodObject,
  const Names extends { readonly [Key in keyof z.output<Form>]?: string },
>(form: Form, names: Names) {
  type Read = Renamed<z.output<Form>, Names>;
  const pairs = Object.entries<string | undefined>(names);
  const toRead = new Map(pairs.map(([inFile, read]) => [inFile, String(read)]));
  const toFile = new Map(pairs.map(([inFile, read]) => [String(read), inFile]));
  return z.codec(form, z.custom<Read>(objectForm), {
    decode: (value) => renamed(value, toRead) as Read,
    // zod encodes for a try what it has not checked yet: anything can come
    encode: (value) =>
      (objectForm(value) ? renamed(value as Record<string, unknown>, toFile) : value) as z.output<Form>,
  });
}

function renamed(value: Record<string, unknown>, names: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [names.get(key) ?? key, member]));
}

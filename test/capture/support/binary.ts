// Fields of binary captures, as their writers lay them out, in either byte order.

export interface Fields {
  readonly u8: (...values: readonly number[]) => Uint8Array;
  readonly u16: (value: number) => Uint8Array;
  readonly u32: (value: number) => Uint8Array;
  readonly u64: (value: bigint) => Uint8Array;
}

export function fieldsOf(littleEndian: boolean): Fields {
  const made = (length: number, set: (view: DataView) => void) => {
    const bytes = new Uint8Array(length);
    set(new DataView(bytes.buffer));
    return bytes;
  };
  return {
    u8: (...values) => Uint8Array.from(values),
    u16: (value) => made(2, (view) => view.setUint16(0, value, littleEndian)),
    u32: (value) => made(4, (view) => view.setUint32(0, value, littleEndian)),
    u64: (value) => made(8, (view) => view.setBigUint64(0, value, littleEndian)),
  };
}

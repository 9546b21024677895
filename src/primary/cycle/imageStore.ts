// Owns: the Primary's image store, in memory.
import type { ImageStore } from './ports.ts';

export function memoryImageStore(): ImageStore {
  const images = new Map<string, { readonly bytes: Uint8Array; received: number }>();
  return {
    received: (key) => images.get(key)?.received,
    create(key, length) {
      images.set(key, { bytes: new Uint8Array(length), received: 0 });
    },
    append(key, bytes) {
      const image = images.get(key);
      if (image === undefined) return;
      const fitting = bytes.subarray(0, image.bytes.length - image.received);
      image.bytes.set(fitting, image.received);
      image.received += fitting.length;
    },
    read(key) {
      const image = images.get(key);
      return image !== undefined && image.received === image.bytes.length ? image.bytes : undefined;
    },
    delete(key) {
      images.delete(key);
    },
    keys: () => [...images.keys()],
  };
}

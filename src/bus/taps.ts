// Owns: who listens in on a network without being part of it. Must not know what is heard.

/** `timeNs`: when it was whole, on the network's clock. */
export type Tap<Content> = (content: Content, timeNs: number) => void;

export class Taps<Content> {
  private readonly taps = new Set<Tap<Content>>();

  /** From now on; the returned function ends it. The same function may be added more than once. */
  add(hear: Tap<Content>): () => void {
    const tap: Tap<Content> = (content, timeNs) => hear(content, timeNs);
    this.taps.add(tap);
    return () => this.taps.delete(tap);
  }

  get areNone(): boolean {
    return this.taps.size === 0;
  }

  tell(content: Content, timeNs: number): void {
    if (this.areNone) return; // as on most buses: not even an iterator a frame
    for (const hear of this.taps) hear(content, timeNs);
  }

  clear(): void {
    this.taps.clear();
  }
}

// Owns: which nodes of a bus hear which id, as their controllers' acceptance filters say, in the order in which they attached.
// Must not know frames or time.

/** What a node wants to hear: all where undefined. */
export interface Accepting {
  readonly acceptIds: ReadonlySet<number> | undefined;
}

/** The nodes of one bus by the ids they accept. Bounded by the ids named in filters, whatever ids arrive. */
export class AcceptanceTable<Node extends Accepting> {
  private nodes: readonly Node[] = [];
  private byId: ReadonlyMap<number, readonly Node[]> | undefined;
  private hearingAll: readonly Node[] = [];
  /** What was asked for last: frames of one id follow each other. */
  private lastId: number | undefined;
  private last: readonly Node[] = [];

  add(node: Node): void {
    this.nodes = [...this.nodes, node];
    this.byId = undefined;
  }

  remove(node: Node): void {
    this.nodes = this.nodes.filter((other) => other !== node);
    this.byId = undefined;
  }

  /** Every node, in the order of attachment. The array never changes: it stays safe to walk while nodes come and go. */
  all(): readonly Node[] {
    return this.nodes;
  }

  /** The nodes that accept `id`, in the order of attachment; as safe to walk as `all`. */
  accepting(id: number): readonly Node[] {
    if (this.byId !== undefined && id === this.lastId) return this.last;
    const byId = this.byId ?? this.rebuilt();
    this.lastId = id;
    this.last = byId.get(id) ?? this.hearingAll;
    return this.last;
  }

  /** Every id that some node accepts; undefined where a node accepts all. */
  acceptedIds(): ReadonlySet<number> | undefined {
    if (this.nodes.some(({ acceptIds }) => acceptIds === undefined)) return undefined;
    return new Set(this.nodes.flatMap(({ acceptIds }) => [...(acceptIds ?? [])]));
  }

  private rebuilt(): ReadonlyMap<number, readonly Node[]> {
    this.hearingAll = this.nodes.filter((node) => node.acceptIds === undefined);
    const byId = new Map<number, Node[]>();
    for (const node of this.nodes) for (const id of node.acceptIds ?? []) byId.set(id, []);
    for (const node of this.nodes) {
      if (node.acceptIds === undefined) for (const nodes of byId.values()) nodes.push(node);
      else for (const id of node.acceptIds) byId.get(id)?.push(node);
    }
    this.byId = byId;
    return byId;
  }
}

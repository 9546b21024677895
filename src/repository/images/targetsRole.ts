// Owns: one Targets role of the Image repository: what it lists, whom it delegates to, who signs for it, and its latest file.
import { fromUtf8 } from '../../core/bytes.ts';
import type { JsonObject } from '../../uptane/json/strictJson.ts';
import { atHand, canSign, type KeyHolder } from '../roles/roleKeys.ts';
import { type Edition, type TargetsFile, writeImageTargets } from '../roles/writeMetadata.ts';
import { delegateesOf, noDelegations, type WireDelegations } from './delegating.ts';

export class TargetsRole {
  readonly name: string;
  /** The latest file; undefined before the first one. */
  file: TargetsFile | undefined;
  private holders: readonly KeyHolder[] = [];
  private threshold = 1;
  private targets = new Map<string, object>();
  private wire: WireDelegations = noDelegations;
  /** From when on the file is written anew; 0: at the next occasion. */
  private renewAt = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Whether the repository writes this role's file; else the holder of its keys hands it in. */
  get isWritten(): boolean {
    return canSign(this.holders, this.threshold);
  }

  get delegations(): WireDelegations {
    return this.wire;
  }

  /** The names of the roles that it trusts. */
  get delegatees(): readonly string[] {
    return delegateesOf(this.wire);
  }

  lists(filename: string): boolean {
    return this.targets.has(filename);
  }

  hasKeys(holders: readonly KeyHolder[]): boolean {
    const ids = (keys: readonly KeyHolder[]) =>
      keys
        .map(({ keyId }) => keyId)
        .toSorted()
        .join();
    return ids(this.holders) === ids(holders);
  }

  setKeys(holders: readonly KeyHolder[], threshold: number): void {
    if (!this.hasKeys(holders)) this.renewAt = 0;
    this.holders = holders;
    this.threshold = threshold;
  }

  list(filename: string, entry: object): void {
    this.targets.set(filename, entry);
    this.renewAt = 0;
  }

  delegate(delegations: WireDelegations): void {
    this.wire = delegations;
    this.renewAt = 0;
  }

  /** Nothing is listed or delegated any more: the name is given to somebody else. Versions go on growing. */
  clear(): void {
    this.targets.clear();
    this.delegate(noDelegations);
  }

  /** Writes the file where it changed or is halfway to its expiry; `always`: even where it need not be. B5 */
  write(edition: Edition, now: number, always: boolean): void {
    if (!this.isWritten || (!always && now < this.renewAt)) return;
    const version = Math.max((this.file?.version ?? 0) + 1, always ? edition.version : 1);
    const { targets, wire } = this;
    const delegations = wire.roles.length === 0 ? undefined : wire;
    const keys = atHand(this.holders);
    const bytes = writeImageTargets({ ...edition, version }, { targets, delegations }, keys);
    this.accepted({ role: this.name, version, bytes }, edition.expires, now);
  }

  /** Takes a file that its key holders signed, and that was checked. `version`, `expires`: the file's own. */
  accept(bytes: Uint8Array, { version, expires }: Edition, now: number): void {
    const { targets, delegations } = JSON.parse(fromUtf8(bytes) ?? '').signed;
    this.targets = new Map(Object.entries(targets as JsonObject) as [string, object][]);
    this.wire = delegations ?? noDelegations;
    this.accepted({ role: this.name, version, bytes }, expires, now);
  }

  private accepted(file: TargetsFile, expires: number, now: number): void {
    this.file = file;
    this.renewAt = now + Math.floor((expires - now) / 2);
  }
}

import type { OpLogEntry, OrgCore, OrgUser } from '../contracts.js';
import { activeVersion, apiName, type FlowStore } from '../flows/flowStore.js';
import type { FlowHabits } from '../flows/saveFlow.js';
import { stampOf } from './author.js';
import type { ComponentStore, Stamp } from './componentStore.js';

/** Something a component change does outside the stores; done only when the deployment is kept. */
export type AfterEffect = () => void;

/**
 * The org as a deployment sees and changes it, invisible to everybody else until `keep`.
 * Dropping the draft takes everything back.
 */
export class DeployDraft {
  public readonly components: ComponentStore;
  public readonly flows: FlowStore;
  /** Components as they were when the deployment began. */
  public readonly before: ComponentStore;
  public readonly stamp: Stamp;
  private readonly effects: AfterEffect[] = [];
  private readonly writes: Array<Extract<OpLogEntry, { kind: 'componentWrite' }>> = [];

  public constructor(
    public readonly org: OrgCore,
    public readonly user: OrgUser,
    public readonly habits: FlowHabits,
    private readonly real: { readonly components: ComponentStore; readonly flows: FlowStore }
  ) {
    this.before = real.components.fork();
    this.components = real.components.fork();
    this.flows = real.flows.fork();
    this.stamp = stampOf(org, user);
  }

  public after(effect: AfterEffect): void {
    this.effects.push(effect);
  }

  public wrote(operation: 'create' | 'change' | 'delete', type: string, fullName: string): void {
    this.writes.push({ kind: 'componentWrite', at: this.stamp.at, user: this.user.id, operation, type, fullName });
  }

  /** Takes back the line of a component that was put back. */
  public didNotWrite(type: string, fullName: string): void {
    const place = this.writes.findLastIndex((write) => write.type === type && write.fullName === fullName);
    if (place !== -1) this.writes.splice(place, 1);
  }

  /** Makes the draft the org. The op log gets its lines now, so that it never shows what was taken back. */
  public keep(): void {
    const pointersBefore = new Map(
      this.real.flows.all().map((flow) => [apiName(flow), activeVersion(flow)?.number ?? null])
    );
    this.real.components.adopt(this.components);
    this.real.flows.adopt(this.flows);
    for (const effect of this.effects) effect();
    for (const write of this.writes) this.org.opLog.append(write);
    for (const flow of this.flows.all()) {
      const from = pointersBefore.get(apiName(flow)) ?? null;
      const to = activeVersion(flow)?.number ?? null;
      if (from !== to)
        this.org.opLog.append({
          kind: 'flowPointer',
          at: this.stamp.at,
          user: this.user.id,
          flow: apiName(flow),
          from,
          to,
        });
    }
  }
}

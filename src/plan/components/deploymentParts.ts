import type { DeployLimits } from '../../model/deployLimits.js';

/** What cannot be torn apart in a deployment: one file, or files that belong together, and the steps that need it. */
export interface DeployUnit {
  /** Keys of steps. */
  readonly steps: readonly string[];
  readonly files: number;
  /** Compressed, with the place it takes in the zip's index. */
  readonly zipBytes: number;
  readonly bytes: number;
  /** Other units, by their place in the list, that this one names: they have to be there first, or come along. */
  readonly uses: readonly number[];
}

export interface DeploymentParts {
  /** Places of units, one list a deployment, in the order in which they go. */
  readonly parts: ReadonlyArray<readonly number[]>;
  /** Places of units that are too much for a deployment, alone or with those that use each other. */
  readonly tooMuch: readonly number[];
}

/**
 * Units in as few deployments as the limits allow. What has to do with each other stays together as far as it fits; where
 * it does not, what is used goes in an earlier part than what uses it. Units that use each other in a circle are never
 * torn apart. The order of the list decides where nothing else does.
 */
export function deploymentParts(units: readonly DeployUnit[], limits: DeployLimits): DeploymentParts {
  const parts: number[][] = [];
  const tooMuch: number[] = [];
  const fits = (places: readonly number[]): boolean => within(units, places, limits);
  /** Puts units into the first part from `from` on that has room, or into a new one; which one it was. */
  const put = (places: readonly number[], from: number): number => {
    for (let at = from; at < parts.length; at += 1) {
      const part = parts[at] as number[];
      if (!fits([...part, ...places])) continue;
      part.push(...places);
      return at;
    }
    if (!fits(places)) tooMuch.push(...places);
    return parts.push([...places]) - 1;
  };
  for (const cluster of clusters(units)) {
    if (fits(cluster)) {
      put(cluster, 0);
      continue;
    }
    // Too much for one: used before using, circle by circle.
    const partOf = new Map<number, number>();
    for (const circle of circles(units, cluster)) {
      const earliest = circle.flatMap((place) =>
        (units[place] as DeployUnit).uses.map((used) => partOf.get(used) ?? 0)
      );
      const at = put(circle, Math.max(0, ...earliest));
      for (const place of circle) partOf.set(place, at);
    }
  }
  return { parts: parts.map((part) => part.sort((a, b) => a - b)), tooMuch: tooMuch.sort((a, b) => a - b) };
}

/** `package.xml` and the manifests of deletions. */
const MANIFESTS = 3;

function within(units: readonly DeployUnit[], places: readonly number[], limits: DeployLimits): boolean {
  let [files, zipBytes, bytes] = [MANIFESTS, 0, 0];
  for (const place of places) {
    const unit = units[place] as DeployUnit;
    files += unit.files;
    zipBytes += unit.zipBytes;
    bytes += unit.bytes;
  }
  return files <= limits.files && zipBytes <= limits.zipBytes && bytes <= limits.bytes;
}

/** Units that have to do with each other, directly or by way of others; the first unit of each decides their order. */
function clusters(units: readonly DeployUnit[]): number[][] {
  const leader = units.map((_unit, place) => place);
  const find = (place: number): number => {
    let at = place;
    while (leader[at] !== at) at = leader[at] = leader[leader[at] as number] as number;
    return at;
  };
  units.forEach(({ uses }, place) => {
    for (const used of uses) {
      const [a, b] = [find(place), find(used)];
      leader[Math.max(a, b)] = Math.min(a, b);
    }
  });
  return [...Map.groupBy(leader.keys(), find).values()];
}

/** The circles of a cluster (most hold one unit), each after all that it uses: Tarjan's algorithm, without recursion. */
function circles(units: readonly DeployUnit[], cluster: readonly number[]): number[][] {
  const found: number[][] = [];
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  for (const start of cluster) {
    if (index.has(start)) continue;
    const work: Array<{ readonly place: number; next: number }> = [{ place: start, next: 0 }];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const { place } = top;
      if (top.next === 0) {
        index.set(place, index.size);
        low.set(place, index.get(place) as number);
        open.push(place);
        isOpen.add(place);
      }
      const used = (units[place] as DeployUnit).uses[top.next];
      top.next += 1;
      if (used !== undefined) {
        if (!index.has(used)) work.push({ place: used, next: 0 });
        else if (isOpen.has(used)) low.set(place, Math.min(low.get(place) as number, index.get(used) as number));
        continue;
      }
      work.pop();
      const below = work.at(-1)?.place;
      if (below !== undefined) low.set(below, Math.min(low.get(below) as number, low.get(place) as number));
      if (low.get(place) !== index.get(place)) continue;
      const circle = open.splice(open.indexOf(place));
      for (const one of circle) isOpen.delete(one);
      found.push(circle.sort((a, b) => a - b));
    }
  }
  return found;
}

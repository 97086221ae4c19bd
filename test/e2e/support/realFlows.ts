import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowSeed } from '../../org/engine/metadata/metadataSide.js';

/** A flow of the shared data and the version that is active before the deployment; the deployment brings the next one. */
export interface RealFlow {
  readonly name: string;
  readonly active: number;
}

function text(folder: string, name: string, version: number): string {
  return readFileSync(join(folder, name, `v${version}.flow-meta.xml`), 'utf8');
}

/** All versions up to the active one; the older ones are obsolete. */
export function historyOf(folder: string, { name, active }: RealFlow): FlowSeed {
  const numbers = Array.from({ length: active }, (_, at) => at + 1);
  return {
    name,
    versions: numbers.map((number) => ({
      status: number === active ? ('Active' as const) : ('Obsolete' as const),
      xml: text(folder, name, number),
    })),
  };
}

/** A project folder with the next version of each flow, as a developer would deploy it. */
export function writeProject(project: string, folder: string, flows: readonly RealFlow[]): void {
  const target = join(project, 'force-app', 'main', 'default', 'flows');
  mkdirSync(target, { recursive: true });
  const settings = { packageDirectories: [{ path: 'force-app', default: true }], sourceApiVersion: '66.0' };
  writeFileSync(join(project, 'sfdx-project.json'), `${JSON.stringify(settings, null, 2)}\n`);
  for (const { name, active } of flows) {
    writeFileSync(join(target, `${name}.flow-meta.xml`), text(folder, name, active + 1));
  }
}

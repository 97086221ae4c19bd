import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentKey } from '../metadata/component.js';
import { membersOf, ownPart } from '../metadata/members.js';
import { Refusal } from '../model/refusal.js';
import type { DeployReport } from '../org/ports/components.js';
import type { OrgHistory } from '../org/ports/history.js';

const library = (): Promise<typeof import('@salesforce/source-deploy-retrieve')> =>
  import('@salesforce/source-deploy-retrieve');

/** The components a manifest names, destructive ones too. */
export async function componentsOfManifest(path: string): Promise<ComponentKey[]> {
  if (!existsSync(path) || !statSync(path).isFile())
    throw new Refusal('unreadableManifest', { tokens: [path, 'there is no such file'] });
  const { ManifestResolver } = await library();
  try {
    const manifest = await new ManifestResolver().resolve(path);
    return manifest.components.map((component) => ({
      type: typeof component.type === 'string' ? component.type : component.type.name,
      fullName: component.fullName,
    }));
  } catch (error) {
    throw new Refusal('unreadableManifest', { tokens: [path, (error as Error).message], cause: error });
  }
}

/** The components in source files or in a folder in Metadata API format. An object's file stands for its parts, too. */
export async function componentsOfSource(path: string): Promise<ComponentKey[]> {
  if (!existsSync(path)) throw new Refusal('unreadableSource', { tokens: [path, 'it does not exist'] });
  const { ComponentSet } = await library();
  let components;
  try {
    components = [...ComponentSet.fromSource(path).getSourceComponents()];
  } catch (error) {
    throw new Refusal('unreadableSource', { tokens: [path, (error as Error).message], cause: error });
  }
  return components.flatMap((component) => {
    const own = { type: component.type.name, fullName: component.fullName };
    const children = component.getChildren().map((child) => ({ type: child.type.name, fullName: child.fullName }));
    if (children.length > 0 || !component.xml) return component.xml ? [own, ...children] : children;
    // In Metadata API format the members stand in the file; one that says nothing else is nothing more than its members.
    const xml = readFileSync(component.xml, 'utf8');
    const members = membersOf(own.type, own.fullName, xml) ?? [];
    const rest = ownPart(own.type, xml)?.[2];
    const says = members.length === 0 || rest === undefined || rest.length > 0;
    return [...(says ? [own] : []), ...members.map(({ type, fullName }) => ({ type, fullName }))];
  });
}

/** What a folder will do when it is deployed: its components, and those that its destructive manifests delete. */
export async function componentsToDeploy(folder: string): Promise<ComponentKey[]> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Refusal('unreadableSource', { tokens: [folder, 'it is no folder'] });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !/(^|[/\\])node_modules[/\\]/.test(path)
  );
  const destructive = files.filter((path) => /(^|[/\\])destructiveChanges(Pre|Post)?\.xml$/.test(path));
  const deleted = await Promise.all(destructive.map((path) => componentsOfManifest(join(folder, path))));
  const others = files.some(
    (path) => /\.[a-z]\w*$/i.test(path) && !/(^|[/\\])(package|destructiveChanges\w*)\.xml$/.test(path)
  );
  const keys = [...(others ? await componentsOfSource(folder) : []), ...deleted.flat()];
  if (keys.length === 0) throw new Refusal('unreadableSource', { tokens: [folder, 'there are no components in it'] });
  return keys;
}

/**
 * The components of a deployment, a validation (check-only) or a failed one too: all it named, whether or not it changed
 * them. The org keeps this account for a limited time.
 */
export async function componentsOfDeployment(
  id: string,
  org: Pick<OrgHistory, 'deployReport'>,
  label: string
): Promise<ComponentKey[]> {
  const unknown = (cause?: unknown): Refusal =>
    new Refusal('unknownDeployment', { tokens: [id, label], actionTokens: [], cause });
  if (!/^0Af[a-zA-Z0-9]{12}(?:[a-zA-Z0-9]{3})?$/.test(id)) throw unknown();
  let report: DeployReport;
  try {
    report = await org.deployReport(id);
  } catch (error) {
    if (!/INVALID_CROSS_REFERENCE_KEY|INVALID_ID_FIELD/.test(`${(error as Error).name} ${(error as Error).message}`))
      throw error;
    throw unknown(error);
  }
  if (!report.done) throw new Refusal('deploymentNotDone', { tokens: [id, report.status] });
  if (report.components.length === 0) throw new Refusal('deploymentWithoutDetails', { tokens: [id] });
  const { RegistryAccess } = await library();
  const registry = new RegistryAccess();
  const keys = report.components.map(({ type, fullName }) => {
    // A manifest says Settings:Flow where a deployment says FlowSettings.
    const settings = /^(\w+)Settings$/.exec(type)?.[1];
    const known = registry.findType((candidate) => candidate.name === type) !== undefined;
    return settings !== undefined && !known ? { type: 'Settings', fullName: settings } : { type, fullName };
  });
  return [...new Map(keys.map((key) => [`${key.type}:${key.fullName}`, key])).values()];
}

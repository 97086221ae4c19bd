import { addedValues, HOLDS_VALUES } from '../../src/metadata/picklistValues.js';
import { canonicalXml } from '../../src/model/canonicalXml.js';
import type { ComponentKey } from '../../src/metadata/component.js';
import { componentHistories, Grounds, histories, packageFiles, pairsOf, type History } from './wayBackRounds.js';

export interface Figures {
  readonly cases: number;
  readonly problems: readonly string[];
}

const versionKey = (flow: string, number: number): ComponentKey => ({ type: 'Flow', fullName: `${flow}-${number}` });

/**
 * Every flow of `folder` and every pair of its versions, forward and back: one version runs, the other is deployed over it,
 * and the way back leaves the first running, byte for byte, without a new version. With `gone` the version that ran is
 * deleted by the deployment, so that its body has to be deployed: then what runs is that body in a new version. All flows go
 * together, round by round; `rounds` stops early.
 */
export async function flowFigures(folder: string, gone: boolean, rounds = Infinity): Promise<Figures> {
  const grounds = new Grounds();
  const flows = histories(folder);
  const problems: string[] = [];
  let cases = 0;
  const most = Math.max(...[...flows.values()].map((texts) => pairsOf(texts.length).length));
  for (let at = 0; at < Math.min(most, rounds); at += 1) {
    const due = [...flows].flatMap(([name, texts]) => {
      const pair = pairsOf(texts.length)[at];
      return pair ? [{ name, from: texts[pair[0]] ?? '', to: texts[pair[1]] ?? '', pair }] : [];
    });
    grounds.side.seed({ flows: due.map(({ name, from }) => ({ name, versions: [{ status: 'Active', xml: from }] })) });
    const same = new Set<string>();
    const before = new Map<string, string | undefined>();
    for (const { name } of due) before.set(name, await grounds.file(versionKey(name, 1)));
    const { plan, run, verdict } = await grounds.round(
      { flows: due.map(({ name }) => name) },
      async () => {
        await grounds.deploy(
          Object.fromEntries(due.map(({ name, to }) => [`flows/${name}.flow`, to])),
          due.map(({ name }) => ({ type: 'Flow', fullName: name }))
        );
        // Versions that differ in a comment only are one and the same to the org.
        for (const { name } of due) if (grounds.side.flows.get(name)?.versions.length === 1) same.add(name);
        if (!gone) return;
        for (const { name } of due.filter((one) => !same.has(one.name)))
          grounds.side.tooling.deleteVersion(
            grounds.org.user('Dov Deployer'),
            grounds.side.flows.get(name)?.versions.find(({ number }) => number === 1)?.id ?? ''
          );
      },
      gone
    );
    for (const { name, pair } of due) {
      cases += 1;
      const flow = grounds.side.flows.get(name);
      const active = flow?.versions.find(({ status }) => status === 'Active')?.number;
      const say = (what: string): void => void problems.push(`${name} v${pair[0] + 1} under v${pair[1] + 1}: ${what}`);
      const operation = plan.steps.find(({ target }) => target === `flow:${name}`)?.operation;
      const wanted = same.has(name)
        ? { operation: undefined, active: 1, versions: '1' }
        : gone
          ? { operation: 'redeployFlow', active: 3, versions: '2,3' }
          : { operation: 'activateFlowVersion', active: 1, versions: '1,2' };
      if (operation !== wanted.operation) say(`the plan says ${operation}`);
      if (active !== wanted.active) say(`version ${active} is active`);
      const versions = String(flow?.versions.map(({ number }) => number));
      if (versions !== wanted.versions) say(`it has versions ${versions}`);
      if (active !== undefined && (await grounds.file(versionKey(name, active))) !== before.get(name))
        say('what runs is not byte for byte what ran');
    }
    if (run.status !== 'succeeded') problems.push(`round ${at + 1}: ${run.status}`);
    if (verdict !== 'restored') problems.push(`round ${at + 1}: ${verdict}`);
  }
  return { cases, problems };
}

type Way = 'changed' | 'changed back' | 'created' | 'deleted';

/** Every component of `folder`: changed to its other version and back, created, deleted; the way back is byte for byte. */
export async function componentFigures(folder: string): Promise<Figures> {
  const all = componentHistories(folder);
  const problems: string[] = [];
  let cases = 0;
  for (const way of ['changed', 'changed back', 'created', 'deleted'] satisfies Way[]) {
    const grounds = groundsFor(all);
    const files = (version: 0 | 1): Record<string, string> =>
      packageFiles(all.map(({ key, versions }) => ({ key, xml: versions[version] })));
    const keys = all.map(({ key }) => key);
    const [first, second] = way === 'changed back' ? ([1, 0] as const) : ([0, 1] as const);
    if (way !== 'created') await grounds.deploy(files(first), keys);
    const before = new Map<string, string | undefined>();
    for (const { key } of all) before.set(key.fullName, await grounds.file(key));
    const { run, verdict, plan } = await grounds.round(
      { metadata: keys },
      () => (way === 'deleted' ? grounds.deploy({}, [], keys) : grounds.deploy(files(second), keys)),
      true,
      // Deleted fields and objects are created again only where they are named.
      way === 'deleted'
        ? keys.map((key) => ({ selector: `metadata:${key.type}:${key.fullName}`, decision: 'restore' }))
        : []
    );
    for (const { key } of all) {
      cases += 1;
      if ((await grounds.file(key)) !== before.get(key.fullName))
        problems.push(`${key.type}:${key.fullName} ${way}: not byte for byte as it was`);
    }
    const errors = run.steps.flatMap((step) => step.errors.map(({ target, message }) => `${target}: ${message}`));
    if (run.status !== 'succeeded') problems.push(`${way}: ${run.status}; ${errors.join('; ')}`);
    // Picklist values that were added stay, inactive, in every org: no way back is whole then, and must not be called so.
    const [was, is] = [first, second].map((version) => (key: History) => canonicalXml(key.versions[version] ?? ''));
    const harmless = way.startsWith('changed')
      ? all.filter(
          (each) => was && is && HOLDS_VALUES.has(each.key.type) && addedValues(was(each), is(each)).active.length > 0
        ).length
      : 0;
    if ((run.totals.neutralised ?? 0) !== harmless) problems.push(`${way}: ${run.totals.neutralised} made harmless`);
    if (verdict !== (harmless > 0 ? 'restoredExceptKept' : 'restored'))
      problems.push(
        `${way}: ${verdict}; by hand: ${plan.manual.map(({ target, what }) => `${target} ${what}`).join('; ')}`
      );
  }
  return { cases, problems };
}

/** What the files of permission sets give access to: rows about it are there only where it is. */
function namedIn(all: readonly History[], entry: string): string[] {
  const names = all.flatMap(({ versions }) =>
    versions.flatMap((xml) =>
      [...xml.matchAll(new RegExp(`<${entry}>([^<]+)</${entry}>`, 'g'))].map(([, name]) => name ?? '')
    )
  );
  return [...new Set(names)];
}

/** An org that has the objects whose fields and layouts the components are, and the code they give access to. */
function groundsFor(all: readonly History[]): Grounds {
  const grounds = new Grounds();
  const own = new Set(all.flatMap(({ key }) => (key.type === 'CustomObject' ? [key.fullName] : [])));
  const objects = all.flatMap(({ key }) => (key.type === 'CustomField' ? [key.fullName.split('.')[0] ?? ''] : []));
  const mdt = all.flatMap(({ key }) =>
    key.type === 'CustomMetadata' ? [`${key.fullName.split('.')[0] ?? ''}__mdt`] : []
  );
  grounds.side.seed({
    components: [
      ...namedIn(all, 'apexClass').map((fullName) => ({
        type: 'ApexClass',
        fullName,
        body: `public class ${fullName} { }\n`,
        xml: '<ApexClass><apiVersion>66.0</apiVersion><status>Active</status></ApexClass>',
      })),
      ...namedIn(all, 'apexPage').map((fullName) => ({
        type: 'ApexPage',
        fullName,
        body: '<apex:page/>\n',
        xml: `<ApexPage><apiVersion>66.0</apiVersion><label>${fullName}</label></ApexPage>`,
      })),
    ],
  });
  grounds.side.seed({
    components: [...new Set([...objects, ...mdt])]
      .filter((name) => !own.has(name))
      .map((fullName) => ({
        type: 'CustomObject',
        fullName,
        xml: `<CustomObject><label>${fullName}</label><nameField><label>Name</label><type>Text</type></nameField><pluralLabel>${fullName}</pluralLabel></CustomObject>`,
      })),
  });
  return grounds;
}

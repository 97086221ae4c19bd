import { deployZip } from '../../src/apply/components/deployZip.js';
import type { ComponentKey } from '../../src/metadata/component.js';
import type { OrgUser } from '../org/engine/contracts.js';
import type { MetadataSide } from '../org/engine/metadata/metadataSide.js';
import type { Person, World } from './world.js';

/** A deployment by `person`, through the org's own deploy with everything it checks. Fails the test when the org refuses it. */
export function deployAs(
  world: World,
  person: Person,
  files: Readonly<Record<string, string>>,
  members: readonly string[],
  deletions: readonly string[] = [],
  testLevel?: string
): Promise<string> {
  return deployTo(world.side, world.user(person), files, members, deletions, testLevel);
}

/** The same on any org. */
export async function deployTo(
  side: MetadataSide,
  user: OrgUser,
  files: Readonly<Record<string, string>>,
  members: readonly string[],
  deletions: readonly string[] = [],
  testLevel?: string
): Promise<string> {
  const key = (text: string): ComponentKey => ({
    type: text.slice(0, text.indexOf(':')),
    fullName: text.slice(text.indexOf(':') + 1),
  });
  const zip = await deployZip(
    Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) })),
    members.map(key),
    deletions.map(key),
    '66.0'
  );
  const options = {
    rollbackOnError: true,
    singlePackage: true,
    ignoreWarnings: true,
    ...(testLevel ? { testLevel } : {}),
  };
  const result = await side.deployZip(zip, options, user);
  if (result.status !== 'Succeeded')
    throw new Error(`the org refused the deployment: ${JSON.stringify(result, null, 1)}`);
  return result.id;
}

export function apexClass(name: string, body: string): Record<string, string> {
  return {
    [`classes/${name}.cls`]: body,
    [`classes/${name}.cls-meta.xml`]: `<?xml version="1.0" encoding="UTF-8"?>\n<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>66.0</apiVersion><status>Active</status></ApexClass>\n`,
  };
}

export function textField(object: string, name: string, label: string, length = 40): Record<string, string> {
  return {
    [`objects/${object}.object`]: `<?xml version="1.0" encoding="UTF-8"?>\n<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><fields><fullName>${name}</fullName><label>${label}</label><length>${length}</length><required>false</required><type>Text</type><unique>false</unique></fields></CustomObject>\n`,
  };
}

export function permissionSet(name: string, label: string, fields: readonly string[] = []): Record<string, string> {
  const grants = fields
    .map(
      (field) =>
        `<fieldPermissions><editable>true</editable><field>${field}</field><readable>true</readable></fieldPermissions>`
    )
    .join('');
  return {
    [`permissionsets/${name}.permissionset`]: `<?xml version="1.0" encoding="UTF-8"?>\n<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">${grants}<hasActivationRequired>false</hasActivationRequired><label>${label}</label></PermissionSet>\n`,
  };
}

/** The layout of an installation visit; `label` is what makes one differ from another. */
export function layout(name: string, label: string, field = 'Name'): Record<string, string> {
  return {
    [`layouts/${name}.layout`]: `<?xml version="1.0" encoding="UTF-8"?>\n<Layout xmlns="http://soap.sforce.com/2006/04/metadata"><layoutSections><customLabel>true</customLabel><detailHeading>false</detailHeading><editHeading>true</editHeading><label>${label}</label><layoutColumns><layoutItems><behavior>Readonly</behavior><field>${field}</field></layoutItems></layoutColumns><style>OneColumn</style></layoutSections><showEmailCheckbox>false</showEmailCheckbox></Layout>\n`,
  };
}

/** A screen flow that does one thing; `text` makes one version differ from another. */
export function flow(name: string, text: string, status = 'Active'): Record<string, string> {
  return {
    [`flows/${name}.flow`]: `<?xml version="1.0" encoding="UTF-8"?>
<Flow xmlns="http://soap.sforce.com/2006/04/metadata">
    <apiVersion>66.0</apiVersion>
    <interviewLabel>${name}</interviewLabel>
    <label>${name}</label>
    <processType>Flow</processType>
    <screens>
        <name>Hello</name>
        <label>Hello</label>
        <locationX>176</locationX>
        <locationY>134</locationY>
        <allowBack>true</allowBack>
        <allowFinish>true</allowFinish>
        <allowPause>false</allowPause>
        <fields>
            <name>Text</name>
            <fieldText>${text}</fieldText>
            <fieldType>DisplayText</fieldType>
        </fields>
        <showFooter>true</showFooter>
        <showHeader>true</showHeader>
    </screens>
    <start>
        <locationX>50</locationX>
        <locationY>0</locationY>
        <connector>
            <targetReference>Hello</targetReference>
        </connector>
    </start>
    <status>${status}</status>
</Flow>
`,
  };
}

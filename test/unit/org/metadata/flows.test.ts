import { expect } from 'chai';
import { PracticeMetadata, flowFile, packageXml } from './practiceMetadata.js';

const descale = (limit: number, status: string): Record<string, string> => ({
  'package.xml': packageXml({ Flow: ['Descale'] }),
  'flows/Descale.flow': flowFile(limit, status),
});

describe('flows of the practice org', () => {
  let world: PracticeMetadata;
  beforeEach(() => {
    world = new PracticeMetadata();
  });

  const versions = (name: string): string[] =>
    world
      .tooling(
        `SELECT VersionNumber, Status FROM Flow WHERE Definition.DeveloperName = '${name}' ORDER BY VersionNumber`
      )
      .map((row) => `${String(row['VersionNumber'])} ${String(row['Status'])}`);

  it('shows which version is active through Tooling', () => {
    const [flow] = world.tooling(
      "SELECT Id, DeveloperName, ActiveVersion.VersionNumber, LatestVersion.VersionNumber FROM FlowDefinition WHERE DeveloperName = 'Quote_Set_Discount_Tier'"
    );
    expect(flow?.['ActiveVersion']).to.include({ VersionNumber: 3 });
    expect(flow?.['LatestVersion']).to.include({ VersionNumber: 4 });
  });

  it('gives a body only when the query returns one row', () => {
    expect(() => world.tooling('SELECT Id, Metadata FROM Flow')).to.throw(/no more than one row/);
    const [flow] = world.tooling(
      "SELECT Id, Metadata, FullName FROM Flow WHERE Definition.DeveloperName = 'Machine_Finder' AND VersionNumber = 2"
    );
    expect(flow?.['FullName']).to.equal('Machine_Finder-2');
    expect(flow?.['Metadata']).to.include({ label: 'Machine Finder', status: 'Active' });
  });

  it('activates an earlier version and makes the former one obsolete', () => {
    const [flow] = world.tooling("SELECT Id FROM FlowDefinition WHERE DeveloperName = 'Machine_Finder'");
    world.side.tooling.setActive(world.admin, String(flow?.['Id']), { activeVersionNumber: 1 });
    expect(versions('Machine_Finder')).to.deep.equal(['1 Active', '2 Obsolete', '3 Draft']);
    expect(world.org.opLog.entries.at(-1)).to.include({ kind: 'flowPointer', from: 2, to: 1 });
  });

  it('deactivates with zero and refuses a number that does not exist', () => {
    const [flow] = world.tooling("SELECT Id FROM FlowDefinition WHERE DeveloperName = 'Machine_Finder'");
    world.side.tooling.setActive(world.admin, String(flow?.['Id']), { activeVersionNumber: 0 });
    expect(versions('Machine_Finder')[1]).to.equal('2 Obsolete');
    expect(() => world.side.tooling.setActive(world.admin, String(flow?.['Id']), { activeVersionNumber: 9 })).to.throw(
      'Invalid version number: 9'
    );
  });

  it('lands deployed flows inactive unless the org deploys them as active', async () => {
    await world.deploy(descale(1, 'Active'));
    expect(versions('Descale')).to.deep.equal(['1 Draft']);
    world.org.switches.deployFlowsActive = true;
    await world.deploy(descale(2, 'Active'));
    await world.deploy(descale(3, 'Active'));
    expect(versions('Descale')).to.deep.equal(['1 Draft', '2 Obsolete', '3 Active']);
  });

  it('adds no version for equal content, not even when only the status differs', async () => {
    world.org.switches.deployFlowsActive = true;
    await world.deploy(descale(1, 'Active'));
    const again = await world.deploy(descale(1, 'Draft'));
    expect(versions('Descale')).to.deep.equal(['1 Active']);
    expect(again.details.componentSuccesses.find((row) => row.componentType === 'Flow')).to.include({
      changed: false,
      created: false,
    });
  });

  it('refuses the fifty-first version', async () => {
    for (let number = 1; number <= 50; number++) await world.deploy(descale(number, 'Draft'));
    const result = await world.deploy(descale(51, 'Draft'));
    expect(result.status).to.equal('Failed');
    expect(result.details.componentFailures[0]?.problem).to.match(/maximum number of versions/);
  });

  it('lets a FlowDefinition in the same package win over the status', async () => {
    world.org.switches.deployFlowsActive = true;
    await world.deploy(descale(1, 'Active'));
    const both = {
      'package.xml': packageXml({ Flow: ['Descale'], FlowDefinition: ['Descale'] }),
      'flows/Descale.flow': flowFile(2, 'Active'),
      'flowDefinitions/Descale.flowDefinition':
        '<FlowDefinition xmlns="http://soap.sforce.com/2006/04/metadata"><activeVersionNumber>1</activeVersionNumber></FlowDefinition>',
    };
    expect((await world.deploy(both)).status).to.equal('Succeeded');
    expect(versions('Descale')).to.deep.equal(['1 Active', '2 Obsolete']);
    const wrong = await world.deploy({
      ...both,
      'flowDefinitions/Descale.flowDefinition':
        '<FlowDefinition><activeVersionNumber>7</activeVersionNumber></FlowDefinition>',
    });
    expect(wrong.details.componentFailures[0]?.problem).to.equal('Invalid version number: 7');
  });

  it('deletes numbered versions by manifest, but neither the flow by its bare name nor the active version', async () => {
    const remove = (
      member: string
    ): Promise<{ status: string; details: { componentFailures: readonly { problem?: string }[] } }> =>
      world.deploy({ 'package.xml': packageXml({}), 'destructiveChangesPost.xml': packageXml({ Flow: [member] }) });
    expect((await remove('Machine_Finder-1')).status).to.equal('Succeeded');
    for (const member of ['Machine_Finder', 'Machine_Finder-2']) {
      const refused = await remove(member);
      expect(refused.details.componentFailures[0]?.problem).to.equal(
        'insufficient access rights on cross-reference id'
      );
    }
    expect(versions('Machine_Finder')).to.deep.equal(['2 Active', '3 Draft']);
  });

  it('keeps a version that has interviews, and removes the flow with its last version', () => {
    const ids = world
      .tooling("SELECT Id FROM Flow WHERE Definition.DeveloperName = 'Approve_Quote_Discount' ORDER BY VersionNumber")
      .map((row) => String(row['Id']));
    world.side.pauseInterview('Approve_Quote_Discount', 1);
    expect(() => world.side.tooling.deleteVersion(world.admin, ids[0] ?? '')).to.throw(/Flow Interview - 0Fo/);
    world.side.flows.interviews.length = 0;
    for (const id of ids) world.side.tooling.deleteVersion(world.admin, id);
    expect(world.side.flows.get('Approve_Quote_Discount')).to.equal(undefined);
    expect(() => world.side.tooling.deleteVersion(world.admin, ids[0] ?? '')).to.throw(
      /Unable to load specified entity/
    );
  });

  it('retrieves one version by name and number', async () => {
    const text = await world.retrieved({ Flow: ['Machine_Finder-1'] }, 'flows/Machine_Finder-1.flow');
    expect(text).to.include('How many cups a day?').and.include('<status>Obsolete</status>');
    expect(await world.retrieved({ Flow: ['Machine_Finder'] }, 'flows/Machine_Finder.flow')).to.include('roughly');
  });

  it('gives a version a new id when its body is saved through Tooling', () => {
    const [row] = world.tooling(
      "SELECT Id, Metadata FROM Flow WHERE Definition.DeveloperName = 'Machine_Finder' AND VersionNumber = 3"
    );
    const id = world.side.tooling.saveVersion(
      world.admin,
      String(row?.['Id']),
      row?.['Metadata'] as Record<string, unknown>
    );
    expect(id).not.to.equal(row?.['Id']);
    expect(versions('Machine_Finder')).to.deep.equal(['1 Obsolete', '2 Active', '3 Draft']);
  });

  it('shows installed flows without their body', async () => {
    world.side.seed({
      flows: [
        { name: 'Renewal', namespacePrefix: 'SBQQ', versions: [{ status: 'Active', xml: flowFile(1, 'Active') }] },
      ],
    });
    const [row] = world.tooling(
      "SELECT Id, Metadata, ManageableState FROM Flow WHERE Definition.NamespacePrefix = 'SBQQ'"
    );
    expect(row).to.include({ ManageableState: 'installed', Metadata: null });
    const result = await world.side.retrieve(packageXml({ Flow: ['SBQQ__Renewal'] }), world.admin);
    expect(result.messages.map((message) => message.problem)).to.deep.equal([
      "Entity of type 'Flow' named 'SBQQ__Renewal' cannot be found",
    ]);
  });

  it('answers the views of the data API', () => {
    const [view] = world.data(
      "SELECT DurableId, ApiName, IsActive, IsOutOfDate, ActiveVersionId FROM FlowDefinitionView WHERE ApiName = 'Quote_Set_Discount_Tier'"
    );
    expect(view).to.include({ IsActive: false, IsOutOfDate: true });
    const rows = world.data(
      `SELECT DurableId, VersionNumber FROM FlowVersionView WHERE FlowDefinitionViewId = '${String(view?.['DurableId'])}'`
    );
    expect(rows).to.have.length(4);
  });
});

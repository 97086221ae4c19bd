import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AuthInfo, Connection } from '@salesforce/core';
import { ComponentSet } from '@salesforce/source-deploy-retrieve';
import { type RunningOrg, startPracticeOrg } from '../../../org/http/server.js';
import { PracticeMetadata, flowFile, packageXml, zip } from './practiceMetadata.js';

/** The stock client libraries against the practice org over HTTP. */
describe('stock metadata clients and the practice org', () => {
  let world: PracticeMetadata;
  let running: RunningOrg;
  let connection: Connection;
  let folder: string;
  const homeBefore = process.env['HOME'];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'practice-'));
    process.env['HOME'] = folder;
    process.env['SF_USE_GENERIC_UNIX_KEYCHAIN'] = 'true';
    world = new PracticeMetadata();
    running = await startPracticeOrg({ org: world.org });
    const authInfo = await AuthInfo.create({
      username: running.token,
      accessTokenOptions: { accessToken: running.token, instanceUrl: running.url, loginUrl: running.url },
    });
    connection = await Connection.create({ authInfo, connectionOptions: { version: '66.0' } });
  });
  after(async () => {
    await running.close();
    process.env['HOME'] = homeBefore;
    await rm(folder, { recursive: true, force: true });
  });

  it('lists, reads and describes through jsforce', async () => {
    const listed = await connection.metadata.list([{ type: 'Flow' }, { type: 'ApexClass' }]);
    expect(listed.map((one) => one.fullName)).to.include.members(['Machine_Finder', 'MachineSizing']);
    expect(await connection.metadata.list({ type: 'CustomSite' })).to.deep.equal([]);
    const read = (await connection.metadata.read('Flow' as never, ['Machine_Finder-1'])) as unknown as Array<{
      fullName: string;
      label: string;
    }>;
    expect(read[0]).to.include({ fullName: 'Machine_Finder-1', label: 'Machine Finder' });
    expect((await connection.metadata.describe()).metadataObjects.map((one) => one.xmlName)).to.include(
      'PermissionSet'
    );
  });

  it('faults with the session code for an unknown session', async () => {
    const answer = await fetch(`${running.url}/services/Soap/m/66.0`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: '<e:Envelope xmlns:e="x"><e:Header><SessionHeader><sessionId>00Dx!y</sessionId></SessionHeader></e:Header><e:Body><describeMetadata/></e:Body></e:Envelope>',
    });
    expect(answer.status).to.equal(500);
    expect(await answer.text()).to.include('INVALID_SESSION_ID');
  });

  it('retrieves source through a component set', async () => {
    await writeFile(
      join(folder, 'sfdx-project.json'),
      '{"packageDirectories":[{"path":"app","default":true}],"sourceApiVersion":"66.0"}'
    );
    await mkdir(join(folder, 'app'));
    const set = new ComponentSet([
      { fullName: 'Machine_Finder', type: 'Flow' },
      { fullName: 'Installation_Visit__c', type: 'CustomObject' },
      { fullName: 'MachineSizing', type: 'ApexClass' },
      { fullName: 'Installation_Planner', type: 'PermissionSet' },
      { fullName: 'CustomLabels', type: 'CustomLabels' },
      { fullName: 'Nobody', type: 'ApexClass' },
    ]);
    const retrieve = await set.retrieve({
      usernameOrConnection: connection,
      output: join(folder, 'app'),
      merge: false,
    });
    const result = await retrieve.pollStatus(50, 30);
    const responses = result.getFileResponses();
    expect(responses.filter((one) => one.state === 'Failed').map((one) => one.fullName)).to.deep.equal(['Nobody']);
    expect(responses.map((one) => `${one.type}:${one.fullName}`)).to.include.members([
      'Flow:Machine_Finder',
      'CustomField:Installation_Visit__c.Status__c',
      'ValidationRule:Installation_Visit__c.Date_Once_Confirmed',
      'ApexClass:MachineSizing',
    ]);
    const flow = responses.find((one) => one.type === 'Flow');
    expect(await readFile(flow?.state === 'Failed' ? '' : (flow?.filePath ?? ''), 'utf8')).to.include(
      '<label>Machine Finder</label>'
    );
  });

  it('deploys what was retrieved, and reports nothing changed', async () => {
    const set = ComponentSet.fromSource(join(folder, 'app'));
    const deploy = await set.deploy({ usernameOrConnection: connection });
    const result = await deploy.pollStatus(50, 30);
    expect(result.response.status, JSON.stringify(result.response.details)).to.equal('Succeeded');
    expect(new Set(result.getFileResponses().map((one) => one.state))).to.deep.equal(new Set(['Unchanged']));
  });

  for (const rest of [false, true]) {
    it(`deploys a flow and deletes a class by ${rest ? 'REST' : 'SOAP'}`, async () => {
      const name = rest ? 'Descale_R' : 'Descale_S';
      world.side.seed({
        components: [{ type: 'ApexClass', fullName: 'Spare', body: 'class Spare {}', xml: '<ApexClass/>' }],
      });
      const archive = await zip({
        'package.xml': packageXml({ Flow: [name] }),
        [`flows/${name}.flow`]: flowFile(1, 'Active'),
        'destructiveChangesPost.xml': packageXml({ ApexClass: ['Spare'] }),
      });
      const options = { rollbackOnError: true, singlePackage: true };
      const started = rest
        ? await connection.metadata.deployRest(archive, options)
        : await connection.metadata.deploy(archive, options);
      const id = String((started as { id?: string }).id);
      let status = await connection.metadata.checkDeployStatus(id, true, rest);
      expect(status.done).to.equal(false);
      status = await connection.metadata.checkDeployStatus(id, true, rest);
      expect(status).to.include({ done: true, status: 'Succeeded', success: true });
      const rows = status.details.componentSuccesses as unknown as Array<{
        componentType: string;
        fullName: string;
        deleted: boolean;
        created: boolean;
      }>;
      expect(rows.find((row) => row.componentType === 'Flow')).to.include({ fullName: name, created: true });
      expect(rows.find((row) => row.componentType === 'ApexClass')).to.include({ fullName: 'Spare', deleted: true });
    });
  }

  it('switches a flow through Tooling as jsforce does', async () => {
    const [flow] = (
      await connection.tooling.query("SELECT Id FROM FlowDefinition WHERE DeveloperName = 'Machine_Finder'")
    ).records;
    await connection.tooling
      .sobject('FlowDefinition')
      .update({ Id: String(flow?.Id), Metadata: { activeVersionNumber: 1 } } as never);
    const [after] = (
      await connection.tooling.query(
        "SELECT ActiveVersion.VersionNumber FROM FlowDefinition WHERE DeveloperName = 'Machine_Finder'"
      )
    ).records;
    expect((after as unknown as { ActiveVersion: { VersionNumber: number } }).ActiveVersion.VersionNumber).to.equal(1);
    const [version] = (
      await connection.tooling.query(
        "SELECT Id FROM Flow WHERE Definition.DeveloperName = 'Machine_Finder' AND VersionNumber = 3"
      )
    ).records;
    const removed = await connection.tooling.sobject('Flow').delete(String(version?.Id));
    expect(removed).to.include({ success: true });
  });

  it('takes a whole tooling composite back when one part fails', async () => {
    const [flow] = (
      await connection.tooling.query("SELECT Id FROM FlowDefinition WHERE DeveloperName = 'Machine_Finder'")
    ).records;
    const part = (number: number): object => ({
      method: 'PATCH',
      url: `/services/data/v66.0/tooling/sobjects/FlowDefinition/${String(flow?.Id)}`,
      referenceId: `r${number}`,
      body: { Metadata: { activeVersionNumber: number } },
    });
    const answer = await connection.request<{ compositeResponse: Array<{ httpStatusCode: number }> }>({
      method: 'POST',
      url: '/services/data/v66.0/tooling/composite',
      body: JSON.stringify({ allOrNone: true, compositeRequest: [part(2), part(77)] }),
    });
    expect(answer.compositeResponse.map((one) => one.httpStatusCode)).to.deep.equal([400, 400]);
    const [after] = (
      await connection.tooling.query(
        "SELECT ActiveVersion.VersionNumber FROM FlowDefinition WHERE DeveloperName = 'Machine_Finder'"
      )
    ).records;
    expect((after as unknown as { ActiveVersion: { VersionNumber: number } }).ActiveVersion.VersionNumber).to.equal(1);
  });

  it('says 404 for the source tracking object of an org without tracking', async () => {
    const answer = await fetch(`${running.url}/services/data/v66.0/tooling/sobjects/SourceMember/describe`, {
      headers: { authorization: `Bearer ${running.token}` },
    });
    expect(answer.status).to.equal(404);
  });
});

import type { FlowSeed } from '../engine/metadata/metadataSide.js';

/** Four flows of Brightcup with their history. Each `start` is the newest text; older versions differ in one decision. */
export function flowSeeds(): FlowSeed[] {
  return [quoteDiscountTier(), opportunityInstallation(), machineFinder(), approveDiscount()];
}

/** Before save on quotes: sets the tier from the discount asked for. Version 3 runs, 4 is somebody's unfinished draft. */
function quoteDiscountTier(): FlowSeed {
  const version = (goldFrom: number, tier: string, status: string): string =>
    flow('Quote: Set Discount Tier', 'AutoLaunchedFlow', status, [
      `<description>Sets the discount tier of a quote before it is saved.</description>`,
      decision(
        'Which_Tier',
        'Which tier?',
        'Gold',
        `$Record.Requested_Discount__c`,
        'GreaterThanOrEqualTo',
        `<numberValue>${goldFrom}.0</numberValue>`,
        'Set_Gold',
        'Set_Standard'
      ),
      assignment('Set_Gold', '$Record.Discount_Tier__c', tier),
      assignment('Set_Standard', '$Record.Discount_Tier__c', 'Standard'),
      start(
        'Which_Tier',
        `<object>SBQQ__Quote__c</object><recordTriggerType>CreateAndUpdate</recordTriggerType><triggerType>RecordBeforeSave</triggerType>`
      ),
    ]);
  return {
    name: 'Quote_Set_Discount_Tier',
    versions: [
      { status: 'Obsolete', xml: version(25, 'Gold', 'Obsolete') },
      { status: 'Obsolete', xml: version(20, 'Gold', 'Obsolete') },
      { status: 'Active', xml: version(15, 'Gold', 'Active') },
      { status: 'Draft', xml: version(10, 'Gold', 'Draft') },
    ],
  };
}

/** After save on opportunities: asks the service team for an installation date once a deal is won. */
function opportunityInstallation(): FlowSeed {
  const version = (subject: string, priority: string, status: string): string =>
    flow('Opportunity: Request Installation', 'AutoLaunchedFlow', status, [
      `<recordCreates><name>Create_Task</name><label>Create Task</label><locationX>176</locationX><locationY>287</locationY>
        <inputAssignments><field>Subject</field><value><stringValue>${subject}</stringValue></value></inputAssignments>
        <inputAssignments><field>Priority</field><value><stringValue>${priority}</stringValue></value></inputAssignments>
        <inputAssignments><field>WhatId</field><value><elementReference>$Record.Id</elementReference></value></inputAssignments>
        <object>Task</object><storeOutputAutomatically>true</storeOutputAutomatically></recordCreates>`,
      start(
        'Create_Task',
        `<doesRequireRecordChangedToMeetCriteria>true</doesRequireRecordChangedToMeetCriteria><filterLogic>and</filterLogic>
        <filters><field>StageName</field><operator>EqualTo</operator><value><stringValue>Closed Won</stringValue></value></filters>
        <object>Opportunity</object><recordTriggerType>CreateAndUpdate</recordTriggerType><triggerType>RecordAfterSave</triggerType>`
      ),
    ]);
  return {
    name: 'Opportunity_Request_Installation',
    versions: [
      { status: 'Obsolete', xml: version('Plan installation', 'Normal', 'Obsolete') },
      { status: 'Active', xml: version('Agree on an installation date', 'High', 'Active') },
    ],
  };
}

/** A screen flow for the sales floor. */
function machineFinder(): FlowSeed {
  const version = (question: string, cups: number, status: string): string =>
    flow('Machine Finder', 'Flow', status, [
      decision(
        'Big_Office',
        'Big office?',
        'Big',
        'Cups_a_Day',
        'GreaterThan',
        `<numberValue>${cups}.0</numberValue>`,
        'Recommend_Barista',
        'Recommend_Compact'
      ),
      screen(
        'Ask_Cups',
        `<fields><name>Cups_a_Day</name><dataType>Number</dataType><fieldText>${question}</fieldText><fieldType>InputField</fieldType><isRequired>true</isRequired><scale>0</scale></fields>`,
        'Big_Office'
      ),
      screen(
        'Recommend_Barista',
        `<fields><name>Barista_Text</name><fieldText>&lt;p&gt;Offer the Barista 400.&lt;/p&gt;</fieldText><fieldType>DisplayText</fieldType></fields>`
      ),
      screen(
        'Recommend_Compact',
        `<fields><name>Compact_Text</name><fieldText>&lt;p&gt;Offer the Compact 80.&lt;/p&gt;</fieldText><fieldType>DisplayText</fieldType></fields>`
      ),
      start('Ask_Cups'),
    ]);
  return {
    name: 'Machine_Finder',
    versions: [
      { status: 'Obsolete', xml: version('How many cups a day?', 80, 'Obsolete') },
      { status: 'Active', xml: version('How many cups does the office drink a day?', 120, 'Active') },
      { status: 'Draft', xml: version('Cups a day, roughly?', 150, 'Draft') },
    ],
  };
}

/** Called by others: decides whether a discount needs a person. Switched off at the moment. */
function approveDiscount(): FlowSeed {
  const version = (limit: number, status: string): string =>
    flow('Approve Quote Discount', 'AutoLaunchedFlow', status, [
      decision(
        'Within_Limit',
        'Within limit?',
        'Yes',
        'discountPercent',
        'LessThanOrEqualTo',
        `<numberValue>${limit}.0</numberValue>`,
        'Say_Approved',
        'Say_Manager'
      ),
      assignment('Say_Approved', 'outcome', 'Approved'),
      assignment('Say_Manager', 'outcome', 'Ask a manager'),
      variable('discountPercent', 'Number', true),
      variable('outcome', 'String', false),
      start('Within_Limit'),
    ]);
  return {
    name: 'Approve_Quote_Discount',
    versions: [
      { status: 'Obsolete', xml: version(10, 'Obsolete') },
      { status: 'Obsolete', xml: version(12, 'Obsolete') },
      { status: 'Draft', xml: version(15, 'Draft') },
    ],
  };
}

function flow(label: string, processType: string, status: string, parts: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Flow xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>64.0</apiVersion><environments>Default</environments>
<interviewLabel>${label} {!$Flow.CurrentDateTime}</interviewLabel><label>${label}</label><processType>${processType}</processType>${parts.join('')}<status>${status}</status></Flow>`;
}

function start(target: string, trigger = ''): string {
  return `<start><locationX>50</locationX><locationY>0</locationY><connector><targetReference>${target}</targetReference></connector>${trigger}</start>`;
}

function decision(
  name: string,
  label: string,
  outcome: string,
  left: string,
  operator: string,
  right: string,
  yes: string,
  otherwise: string
): string {
  return `<decisions><name>${name}</name><label>${label}</label><locationX>182</locationX><locationY>287</locationY>
    <defaultConnector><targetReference>${otherwise}</targetReference></defaultConnector><defaultConnectorLabel>Otherwise</defaultConnectorLabel>
    <rules><name>${outcome}</name><conditionLogic>and</conditionLogic><conditions><leftValueReference>${left}</leftValueReference><operator>${operator}</operator><rightValue>${right}</rightValue></conditions>
    <connector><targetReference>${yes}</targetReference></connector><label>${outcome}</label></rules></decisions>`;
}

function assignment(name: string, target: string, value: string): string {
  return `<assignments><name>${name}</name><label>${name.replaceAll('_', ' ')}</label><locationX>50</locationX><locationY>395</locationY>
    <assignmentItems><assignToReference>${target}</assignToReference><operator>Assign</operator><value><stringValue>${value}</stringValue></value></assignmentItems></assignments>`;
}

function screen(name: string, fields: string, next?: string): string {
  const connector = next === undefined ? '' : `<connector><targetReference>${next}</targetReference></connector>`;
  return `<screens><name>${name}</name><label>${name.replaceAll('_', ' ')}</label><locationX>176</locationX><locationY>134</locationY><allowBack>true</allowBack><allowFinish>true</allowFinish><allowPause>true</allowPause>${connector}${fields}<showFooter>true</showFooter><showHeader>true</showHeader></screens>`;
}

function variable(name: string, dataType: string, input: boolean): string {
  return `<variables><name>${name}</name><dataType>${dataType}</dataType><isCollection>false</isCollection><isInput>${input}</isInput><isOutput>${!input}</isOutput>${dataType === 'Number' ? '<scale>2</scale>' : ''}</variables>`;
}

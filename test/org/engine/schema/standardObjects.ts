import type { ObjectSchema } from '../contracts.js';
import { declareObject } from './declareObject.js';

/**
 * The standard objects that the plugin and the stock clients touch, with the fields they use.
 * Not the whole of a real org: an object that is not here is "not supported", as in an org without the feature.
 */
export function standardObjects(): ObjectSchema[] {
  return [...people(), ...organisation(), ...sales(), ...products(), ...jobs()];
}

function people(): ObjectSchema[] {
  return [
    declareObject({
      name: 'User',
      keyPrefix: '005',
      nameField: 'none',
      owned: false,
      setup: true,
      deletable: false,
      undeletable: false,
      fields: `Username!#:text(80) LastName!:text(80) FirstName:text(40) Name-:text(121) Alias!:text(8)=user Email!:email
        IsActive:check=true ProfileId:ref(Profile) UserRoleId:ref(UserRole) UserType-:pick(Standard) TimeZoneSidKey:pick=Europe/Berlin
        LocaleSidKey:pick=en_US EmailEncodingKey:pick=UTF-8 LanguageLocaleKey:pick=en_US FederationIdentifier:text(512) LastLoginDate-:datetime`,
    }),
    declareObject({
      name: 'UserLogin',
      keyPrefix: '0Yw',
      nameField: 'none',
      owned: false,
      systemFields: false,
      createable: false,
      deletable: false,
      undeletable: false,
      notBulk: true,
      fields:
        'UserId-:ref(User) IsFrozen:check IsPasswordLocked:check LastModifiedDate-:datetime LastModifiedById-:ref(User)',
    }),
    declareObject({
      name: 'Group',
      keyPrefix: '00G',
      owned: false,
      setup: true,
      undeletable: false,
      fields:
        'DeveloperName:text(80) RelatedId-:ref(User) Type^:pick(Regular|Queue|Organization)=Regular Email:email DoesIncludeBosses:check=true',
    }),
    declareObject({
      name: 'GroupMember',
      keyPrefix: '011',
      nameField: 'none',
      owned: false,
      setup: true,
      undeletable: false,
      fields: 'GroupId!^:ref(Group,cascade) UserOrGroupId!^:ref(User|Group)',
    }),
  ];
}

function organisation(): ObjectSchema[] {
  return [
    declareObject({
      name: 'Organization',
      keyPrefix: '00D',
      owned: false,
      createable: false,
      deletable: false,
      undeletable: false,
      fields: `InstanceName-:text(5) IsSandbox-:check TrialExpirationDate-:datetime NamespacePrefix-:text(15) OrganizationType-:pick
        DefaultLocaleSidKey:pick LanguageLocaleKey:pick TimeZoneSidKey:pick Country:text(80) Division:text(80) PrimaryContact:text(80)`,
    }),
    declareObject({
      name: 'RecordType',
      keyPrefix: '012',
      owned: false,
      setup: true,
      deletable: false,
      undeletable: false,
      fields:
        'DeveloperName!:text(80) NamespacePrefix:text(15) Description:text(255) SobjectType!^:pick IsActive:check=true',
    }),
  ];
}

function sales(): ObjectSchema[] {
  return [
    declareObject({
      name: 'Account',
      keyPrefix: '001',
      fields: `AccountNumber:text(40) Type:pick(Prospect|Customer|Partner) ParentId:ref(Account) Phone:phone Website:url Industry:pick
        AnnualRevenue:money(18,0) NumberOfEmployees:int Description:long(32000) BillingStreet:area BillingCity:text(40) BillingPostalCode:text(20)
        BillingCountry:text(80) BillingAddress-:address Rating:pick(Hot|Warm|Cold) RecordTypeId:ref(RecordType)`,
    }),
    declareObject({
      name: 'Contact',
      keyPrefix: '003',
      nameField: 'none',
      fields: `AccountId:ref(Account,cascade) LastName!:text(80) FirstName:text(40) Name-:text(121) Email:email Phone:phone Title:text(128)
        ReportsToId:ref(Contact) Birthdate:date Description:long(32000) MailingCity:text(40)`,
    }),
    declareObject({
      name: 'Opportunity',
      keyPrefix: '006',
      fields: `AccountId:ref(Account,cascade) StageName!:pick(Prospecting|Proposal|Closed_Won|Closed_Lost) CloseDate!:date Amount:money Probability:percent(0)
        Description:long(32000) Type:pick NextStep:text(255) Pricebook2Id:ref(Pricebook2) IsClosed-:check IsWon-:check`,
    }),
    declareObject({
      name: 'Task',
      keyPrefix: '00T',
      nameField: 'none',
      fields:
        'Subject:text(255) Status!:pick(Not_Started|Completed)=Not_Started Priority!:pick(High|Normal)=Normal WhatId:ref(Account|Opportunity) WhoId:ref(Contact) ActivityDate:date Description:long(32000)',
    }),
  ];
}

function products(): ObjectSchema[] {
  return [
    declareObject({
      name: 'Product2',
      keyPrefix: '01t',
      label: 'Product',
      owned: false,
      fields: `ProductCode:text(255) Description:long(4000) IsActive:check Family:pick(Machines|Beans|Service|Accessories) DisplayUrl:url
        QuantityUnitOfMeasure:pick IsArchived-:check StockKeepingUnit:text(180) ExternalId:text(255)`,
    }),
    declareObject({
      name: 'Pricebook2',
      keyPrefix: '01s',
      label: 'Price Book',
      owned: false,
      fields: 'IsActive:check=true IsArchived-:check Description:text(255) IsStandard-:check',
    }),
    declareObject({
      name: 'PricebookEntry',
      keyPrefix: '01u',
      label: 'Price Book Entry',
      nameField: 'none',
      owned: false,
      undeletable: false,
      fields: `Name~:text(255)=Product2.Name Pricebook2Id!^:ref(Pricebook2,cascade) Product2Id!^:ref(Product2,cascade) UnitPrice!:money
        IsActive:check UseStandardPrice:check ProductCode~:text(255)=Product2.ProductCode IsArchived-:check`,
    }),
    declareObject({
      name: 'Order',
      keyPrefix: '801',
      nameField: 'none',
      fields:
        'OrderNumber-:text(30) AccountId!^:ref(Account) Pricebook2Id:ref(Pricebook2) EffectiveDate!:date Status!:pick(Draft|Activated)=Draft Description:long(32000)',
    }),
    declareObject({
      name: 'OrderItem',
      keyPrefix: '802',
      nameField: 'none',
      owned: false,
      fields:
        'OrderId!^:ref(Order,cascade) PricebookEntryId!^:ref(PricebookEntry,restrict) Product2Id^:ref(Product2,restrict) Quantity!:num(16,2) UnitPrice:money',
    }),
  ];
}

function jobs(): ObjectSchema[] {
  return [
    declareObject({
      name: 'AsyncApexJob',
      keyPrefix: '707',
      nameField: 'none',
      owned: false,
      readOnly: true,
      undeletable: false,
      systemFields: false,
      notBulk: true,
      fields: `CreatedDate-:datetime CreatedById-:ref(User) JobType-:pick ApexClassId-:ref(ApexClass) Status-:pick(Queued|Processing|Preparing|Completed|Aborted|Failed|Holding)
        JobItemsProcessed-:int TotalJobItems-:int NumberOfErrors-:int CompletedDate-:datetime MethodName-:text(255) ExtendedStatus-:text(1000) ParentJobId-:ref(AsyncApexJob)`,
    }),
  ];
}

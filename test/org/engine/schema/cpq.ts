import type { ObjectSchema } from '../contracts.js';
import { declareObject } from './declareObject.js';
import { type NameRules, readField } from './fieldNotation.js';

/**
 * The configuration objects of the CPQ package as the practice org has them: written for it, in shape like the
 * package's (references, master-details, restricts, auto-numbers, required fields), with the main value fields.
 */

const standard = new Set([
  'Account',
  'Contact',
  'Opportunity',
  'Order',
  'OrderItem',
  'Pricebook2',
  'PricebookEntry',
  'Product2',
  'User',
]);

function packageNames(namespace: string): NameRules {
  return {
    field: (short) => (short === 'Name' ? short : `${namespace}__${short}__c`),
    object: (short) => (standard.has(short) ? short : `${namespace}__${short}__c`),
  };
}

interface Line {
  readonly object: string;
  readonly label?: string;
  readonly auto?: string;
  readonly fields: string;
}

const logic = 'ConditionsMet:rpick(All|Any|Custom)=All AdvancedCondition:area(255)';
const comparison =
  'rpick(equals|not_equals|greater_than|less_than|greater_or_equals|less_or_equals|starts_with|ends_with|contains)';

const catalogue: readonly Line[] = [
  {
    object: 'ProductFeature',
    fields:
      'Category:pick ConfiguredSKU:ref(Product2) DiscountSchedule:ref(DiscountSchedule) MaxOptionCount:num(3,0) MinOptionCount!:num(3,0) Number!:num(5,0) OptionSelectionMethod:pick(Click|Add|Dynamic)',
  },
  {
    object: 'ProductOption',
    auto: 'PO-{000000}',
    fields: `AppliedImmediately:check Bundled:check ComponentCode:text(60) ComponentDescription:text ConfiguredSKU:ref(Product2) Discount:percent DiscountAmount:money
    DiscountSchedule:ref(DiscountSchedule) Feature:ref(ProductFeature) MaxQuantity:num(10,2) MinQuantity:num(10,2) Number!:num(5,0) OptionalSKU:ref(Product2) ProductCode~:text=OptionalSKU.=ProductCode ProductName~:text=OptionalSKU.=Name
    Quantity:num(10,2) QuantityEditable:check RenewalProductOption:ref(ProductOption) Required:check Selected:check System:check Type:rpick(Component|Related_Product|Accessory) UnitPrice:money UpliftedByPackage:check`,
  },
  {
    object: 'OptionConstraint',
    fields:
      'Active:check CheckPriorPurchases:check ConfiguredSKU:ref(Product2) ConstrainedOption:md(ProductOption) ConstrainingOption:ref(ProductOption) OptionConstraintGroup:text Type:rpick(Dependency|Exclusion)',
  },
  {
    object: 'ConfigurationAttribute',
    fields:
      'AppliedImmediately:check ColumnOrder:pick(1|2|3|4|5) DisplayOrder:num(5,0) Feature:ref(ProductFeature) Hidden:check HiddenValues:long(5000) Position:pick(Top|Bottom) Product:ref(Product2) Required:check ShownValues:long(5000) TargetField:pick',
  },
  { object: 'AttributeSet', fields: '' },
  {
    object: 'ProductAttribute',
    label: 'Attribute Item',
    auto: 'PA-{0000000}',
    fields:
      'Attribute:md(ConfigurationAttribute) AttributeSet:ref(AttributeSet) Hidden:pick(Yes|No) HiddenValues:long(5000) Required:pick(Yes|No) Sequence:num(5,0)',
  },
  {
    object: 'ProductAttributeSet',
    auto: 'A-{000000}',
    fields: 'AttributeSet:ref(AttributeSet) ProductOption:ref(ProductOption) Sequence!:num(5,0)',
  },
  {
    object: 'UpgradeSource',
    fields: 'SourceProduct:ref(Product2) UpgradeConversionRate:text(100) UpgradeProduct:ref(Product2)',
  },
  {
    object: 'RelatedContent',
    label: 'Additional Document',
    fields:
      'DisplayOrder:num(5,0) ExternalId!:text(18) Opportunity:ref(Opportunity) Product:ref(Product2) QuoteTemplate:ref(QuoteTemplate) Quote:ref(Quote) Required:check TemplateSection:ref(TemplateSection)',
  },
  { object: 'SolutionGroup', fields: 'Description:long(5000)' },
];

const pricing: readonly Line[] = [
  {
    object: 'DiscountSchedule',
    fields: `Account:ref(Account) AggregationScope:pick(None|Group|Quote) CrossOrders:check CrossProducts:check Description:long(5000) DiscountUnit:rpick(Percent|Amount|Price)=Percent ExcludedPricebookIds:area(255)
    IncludeBundledProducts:check Order:ref(Order) OrderProduct:ref(OrderItem) OriginalDiscountSchedule:ref(DiscountSchedule) OverrideBehavior:pick(All|Current_Tier_Only) Pricebook:ref(Pricebook2) PriceScale:num(2,0) Product:ref(Product2)
    Quote:ref(Quote) QuoteLine:ref(QuoteLine) Type:rpick(Range|Slab) UsePriceForAmount:check UserDefined:check`,
  },
  {
    object: 'DiscountTier',
    fields:
      'Discount:percent DiscountAmount:money LowerBound:num(16,2) Number:num(5,0) Price:money Schedule:md(DiscountSchedule) UpperBound:num(16,2)',
  },
  {
    object: 'BlockPrice',
    fields:
      'EffectiveDate:date LowerBound:num(16,2) OrderProduct:ref(OrderItem) OriginalBlockPrice:ref(BlockPrice) Price:money PriceBook2:ref(Pricebook2) Product:ref(Product2) QuoteLine:ref(QuoteLine) UpperBound:num(16,2)',
  },
  { object: 'Cost', auto: 'COST-{000000}', fields: 'Active:check Product:ref(Product2) UnitCost!:money' },
  {
    object: 'Dimension',
    label: 'Price Dimension',
    fields:
      'CostEditable:pick(Yes|No) DefaultQuantity:num(10,2) DiscountSchedule:ref(DiscountSchedule) PriceBook:ref(Pricebook2) PriceEditable:pick(Yes|No) Product:ref(Product2) QuantityEditable:pick(Yes|No) Taxable:pick(Yes|No) TermDiscountSchedule:ref(DiscountSchedule) Type:rpick(Year|Quarter|Month|One-time|Custom) UnitPrice:money',
  },
  { object: 'DiscountCategory', fields: 'MaxDiscountRate:percent' },
  {
    object: 'PricingGuidance',
    fields:
      'Description:area(255) Explanation:area(255) IncludePriorPurchases:check IsActive:check Summary:long(32768) Type:pick Unit:pick(Percent|Amount)',
  },
  {
    object: 'PricingGuidanceTier',
    fields:
      'FloorDiscount:percent LowerBound:num(16,2) NormDiscount:percent PricingGuidance:md(PricingGuidance) TargetDiscount:percent UpperBound:num(16,2)',
  },
  {
    object: 'PriceSchedule',
    fields:
      'Account:ref(Account) Description:long(5000) DiscountUnit:pick Order:ref(Order) OrderProduct:ref(OrderItem) OriginalDiscountSchedule:ref(DiscountSchedule) Pricebook:ref(Pricebook2) Product:ref(Product2) Quote:ref(Quote) QuoteLine:ref(QuoteLine) UserDefined:check',
  },
  {
    object: 'PriceTier',
    fields:
      'LowerBound:num(16,2) Number:num(5,0) OriginalBlockPrice:ref(BlockPrice) OriginalDiscountTier:ref(DiscountTier) Price:money PriceSchedule:md(PriceSchedule) UpperBound:num(16,2)',
  },
];

const rules: readonly Line[] = [
  {
    object: 'SummaryVariable',
    fields: `AggregateField:pick AggregateFunction:rpick(Sum|Average|Count|Min|Max) CombineWith:ref(SummaryVariable) CompositeOperator:rpick(Add|Subtract|Multiply|Divide) ConstraintField:pick FilterField:pick FilterValue:text Operator:${comparison} Scope:pick(Quote|Group) TargetObject:pick ValueElement:num(16,2)`,
  },
  {
    object: 'PriceRule',
    fields: `Active:check ${logic} ConfiguratorEvaluationEvent:pick(Save|Edit|Load) EvaluationEvent:multi(On_Initialization|Before_Calculate|On_Calculate|After_Calculate) EvaluationOrder:num(5,0) LookupObject:pick Product:ref(Product2) TargetObject:rpick(Calculator|Configurator)`,
  },
  {
    object: 'PriceCondition',
    auto: '{0}',
    fields: `Field:pick FilterFormula:long(131072) FilterType:pick(Value|Variable|Formula) FilterVariable:ref(SummaryVariable,restrict) Index:num(5,0) Object:pick(Quote|Quote_Line|Product_Option|Summary_Variable) Operator:${comparison}
    ParentRuleIsActive~:check=Rule.Active Rule:md(PriceRule) TestedFormula:long(131072) TestedVariable:ref(SummaryVariable,restrict) Value:text`,
  },
  {
    object: 'PriceAction',
    auto: '{0}',
    fields:
      'Field:pick Formula:long(131072) Order:num(5,0) ParentRuleIsActive~:check=Rule.Active Rule:md(PriceRule) RuleLookupObject~:text=Rule.LookupObject SourceLookupField:pick SourceVariable:ref(SummaryVariable,restrict) TargetObject:pick(Quote|Quote_Line|Product_Option) Value:text ValueField:text(100)',
  },
  {
    object: 'ProductRule',
    fields: `Active:check ${logic} ErrorMessage:area(255) EvaluationEvent:pick(Load|Edit|Save|Always) EvaluationOrder:num(5,0) LookupMessageField:pick LookupObject:pick LookupProductField:pick Scope:rpick(Product|Quote) Type:rpick(Validation|Alert|Selection|Filter)`,
  },
  {
    object: 'ErrorCondition',
    auto: '{000000}',
    fields: `FilterType:pick(Value|Variable) FilterValue:text FilterVariable:ref(SummaryVariable) Index:num(5,0) Operator:${comparison} ParentRuleIsActive~:check=Rule.Active Rule:md(ProductRule) TestedAttribute:ref(ProductAttribute) TestedField:pick TestedObject:pick TestedVariable:ref(SummaryVariable)`,
  },
  {
    object: 'ProductAction',
    auto: 'PA-{0000000}',
    fields: `FilterField:pick FilterValue:text Operator:${comparison} ParentRuleIsActive~:check=Rule.Active Product:ref(Product2) Required:check Rule:md(ProductRule) Type:rpick(Add|Remove|Enable|Disable|Hide|Show|Default_Filter) ValueAttribute:ref(ProductAttribute) ValueField:pick ValueObject:pick`,
  },
  {
    object: 'ConfigurationRule',
    auto: 'CR-{000000}',
    fields:
      'Active:check AscendingNestedLevel:pick DescendingNestedLevel:pick Product:ref(Product2) ProductFeature:ref(ProductFeature) ProductRule:md(ProductRule) RuleEvaluationEvent~:text=ProductRule.EvaluationEvent RuleType~:text=ProductRule.Type',
  },
  {
    object: 'LookupQuery',
    auto: '{0}',
    fields: `LookupField:pick MatchType:pick Operator:${comparison} PriceRule2:ref(PriceRule) ProductRule:ref(ProductRule) TestedConfigurationAttribute:ref(ConfigurationAttribute,restrict) TestedField:pick TestedObject:pick TestedValue:text`,
  },
  {
    object: 'LookupData',
    auto: 'DATA-{0000}',
    fields: 'Category:text Message:area(255) Product:ref(Product2) Required:check Type:pick Value:text',
  },
  {
    object: 'CustomScript',
    fields:
      'Code:long(131072) GroupFields:long(131072) QuoteFields:long(131072) QuoteLineFields:long(131072) TranspiledCode:long(131072)',
  },
];

const documents: readonly Line[] = [
  {
    object: 'TemplateContent',
    fields:
      'CustomSource:url FontFamily:pick FontSize:num(3,0) Markup:rich(32000) RawMarkup:long(32000) TableStyle:pick TextColor:text(6) Type:rpick(Quote_Terms|HTML|Line_Items|Custom|Template_Top|Template_Bottom)',
  },
  {
    object: 'QuoteTemplate',
    fields: `BottomMargin!:num(4,2) BundledProductsShown:check CompanyCity:text(80) CompanyEmail:email CompanyName:text(80) CompanyPhone:phone CompanySlogan:text(120) Default:check DeploymentStatus:pick(In_Testing|Deployed) FontFamily:pick FontSize:num(3,0)
    FooterContent:ref(TemplateContent) FooterHeight:num(4,2) HeaderContent:ref(TemplateContent) HeaderHeight:num(4,2) LeftMargin!:num(4,2) LogoDocumentId:text(18) PageNumberPosition:pick(Header|Footer|None) RightMargin!:num(4,2) TermsConditions:long(32000) TopMargin!:num(4,2) WatermarkId:text(18)`,
  },
  {
    object: 'TemplateSection',
    fields:
      'BottomMargin!:num(4,2)=0 ColumnHeaderHidden:check Content:ref(TemplateContent) DisplayOrder:num(5,0) GroupField:pick PageBreak:pick(Before|After) QuoteTotalsPrinted:check Template:md(QuoteTemplate) TopMargin!:num(4,2)=0',
  },
  {
    object: 'LineColumn',
    fields:
      'Alignment:pick(Left|Right|Center) ConditionalPrintField:pick DisplayOrder!:num(5,0) FieldName!:text FontSize:num(3,0) RollUp:check Section:ref(TemplateSection,restrict) SummaryFunction:pick(Sum|Average) Template:md(QuoteTemplate) TextColor:text(6) Width!:num(5,2)',
  },
  {
    object: 'QuoteTerm',
    auto: 'QT-{0000}',
    fields: `Active:check ${logic} Body:rich(32768) Locked:check ParentTerm:ref(QuoteTerm) PrintOrder!:num(5,0) Quote:ref(Quote) StandardTerm:ref(QuoteTerm) Status:pick(Original|Modified|Approved) TemplateContent:ref(TemplateContent)`,
  },
  {
    object: 'TermCondition',
    auto: '{00000}',
    fields: `Index:num(5,0) Operator:${comparison} QuoteTerm:md(QuoteTerm) TestedField:pick TestedVariable:ref(SummaryVariable) Value:text`,
  },
];

const interfaces: readonly Line[] = [
  {
    object: 'CustomAction',
    fields:
      'Action:pick Active:check BrandButton:check ConditionsMet:pick(All|Any) Default:check Description:area(255) DisplayOrder!:num(5,0) Icon:pick Label:pick Location:pick(Group|Line|Quote) Page:pick ParentCustomAction:ref(CustomAction) Type:rpick(Button|Menu|Separator) URL:long(2000) URLTarget:pick(Replace_Page|New_Window|Popup)',
  },
  {
    object: 'CustomActionCondition',
    fields: `CustomAction:md(CustomAction) Field:pick FilterValue:text Operator:${comparison} ParentActionIsActive~:check=CustomAction.Active TargetObject:pick`,
  },
  {
    object: 'SearchFilter',
    fields: `Action:ref(CustomAction) DisplayOrder!:num(5,0) FilterValue:text(100) Hidden:check Operator:${comparison} TargetField:pick TargetObject:pick`,
  },
  { object: 'QuoteProcess', fields: 'Default:check GuidedOnly:check ProductAutoSelected:check SortOrder:num(5,0)' },
  {
    object: 'ProcessInput',
    fields:
      'Active:check ConditionsMet:pick DisplayOrder!:num(5,0) InputField:pick Label:text Operator:pick ProcessInputCondition:ref(ProcessInputCondition) ProductField:pick QuoteProcess:md(QuoteProcess)',
  },
  {
    object: 'ProcessInputCondition',
    fields:
      'Active:check MasterProcessInput!:ref(ProcessInput,restrict) Operator:pick ProcessInput:md(ProcessInput) Value!:text',
  },
  {
    object: 'Theme',
    fields:
      'BrandButtonBorderColor:text(23) CompiledCSS:long(30000) DocumentId:text(18) GeneralColor:text(23) GeneralFontFamily:pick UI2DocumentId:text(18)',
  },
  { object: 'ImportFormat', auto: 'IF-{000}', fields: 'Active:check ImportFormatName!:text TargetObject:pick' },
  { object: 'ImportColumn', fields: 'ColumnIndex!:num(5,0) FieldName:pick ImportFormat:md(ImportFormat) Key:check' },
  {
    object: 'Localization',
    auto: 'L-{00000}',
    fields:
      'APIName:text Label:text Language:text LineColumn:ref(LineColumn) LongTextArea:long(32768) PriceDimension:ref(Dimension) Product:ref(Product2) ProductFeature:ref(ProductFeature) ProductOption:ref(ProductOption) QuoteTemplate:ref(QuoteTemplate) QuoteTerm:ref(QuoteTerm) RichTextArea:rich(32768) TemplateContent:ref(TemplateContent) Text:text TextArea:area(255) UserDefined:check',
  },
  {
    object: 'FieldSetMetadata',
    auto: '{00000}',
    fields: 'Default:check FieldSet!:text(128) FieldSetValidation#:text ObjectType!:pick',
  },
  {
    object: 'ColumnMetadata',
    auto: '{00000}',
    fields:
      'ColumnValidation#:text FieldColumnSize!:num(5,0) FieldName!:text(128) FieldSetMetadata:md(FieldSetMetadata)',
  },
  { object: 'Favorite', fields: 'Description:area(255)' },
  // The transactional side, only as far as configuration points to it.
  {
    object: 'Quote',
    auto: 'Q-{00000}',
    fields:
      'Account:ref(Account) Opportunity2:ref(Opportunity) Primary:check Status:pick(Draft|Approved) PriceBook:ref(Pricebook2) StartDate:date',
  },
  {
    object: 'QuoteLine',
    auto: 'QL-{0000000}',
    fields:
      'Product:ref(Product2,restrict) ProductOption:ref(ProductOption) Quantity:num(12,2) Quote:md(Quote) ListPrice:money NetPrice:money',
  },
];

const approvals: readonly Line[] = [
  { object: 'ApprovalChain', fields: 'TargetObject:pick' },
  {
    object: 'ApprovalVariable',
    fields:
      'AggregateField:pick AggregateFunction:pick CombineWith:ref(ApprovalVariable) FilterField:pick FilterValue:text ListVariable:ref(ApprovalVariable) NetVariable:ref(ApprovalVariable) Operator:pick TargetObject:pick Type:pick(Summary|Discount)',
  },
  {
    object: 'Approver',
    fields:
      'DelegatedApprover:ref(Approver) DelegationEnd:date DelegationStart:date GroupId:text(18) NextApprover:ref(Approver) Unanimous:check User:ref(User)',
  },
  { object: 'EmailTemplate', fields: 'TemplateId!:text(18)' },
  {
    object: 'ApprovalRule',
    fields: `Active:check ${logic} ApprovalChain:ref(ApprovalChain) ApprovalStep:num(5,0) ApprovalTemplate:ref(EmailTemplate) Approver:ref(Approver) EffectiveEndDate:date EffectiveStartDate:date RecallTemplate:ref(EmailTemplate) RejectionTemplate:ref(EmailTemplate) RequestTemplate:ref(EmailTemplate) RequireExplicitApproval:check TargetObject:pick`,
  },
  {
    object: 'ApprovalCondition',
    auto: 'AC-{000000}',
    fields:
      'ApprovalRule:md(ApprovalRule) EnableSmartApproval:check FilterField:pick FilterType:pick FilterValue:text FilterVariable:ref(ApprovalVariable,restrict) Index:num(5,0) Operator:pick TestedField:pick TestedVariable:ref(ApprovalVariable,restrict)',
  },
  {
    object: 'TrackedField',
    auto: 'TF-{00000}',
    fields: 'ApprovalRule:ref(ApprovalRule) RecordField:pick TrackedField:pick TrackedObject:pick TrackingType:pick',
  },
  {
    object: 'Approval',
    auto: 'A-{00000}',
    fields:
      'ApprovalChain:ref(ApprovalChain,restrict) ApprovalStep!:num(5,0) Approver:ref(Approver,restrict) Opportunity:ref(Opportunity) Rule:ref(ApprovalRule) Status:pick(Requested|Approved)',
  },
];

/** All objects of the two packages, with key prefixes `a0A` and on. */
export function cpqObjects(): ObjectSchema[] {
  const prefixes = keyPrefixes();
  const build = (namespace: string, lines: readonly Line[]): ObjectSchema[] => {
    const plain = packageNames(namespace);
    // In a formula `=Name` is a field outside the package.
    const naming: NameRules = {
      object: plain.object,
      field: (short) => (short.startsWith('=') ? short.slice(1) : plain.field(short)),
    };
    return lines.map((line) =>
      declareObject({
        name: `${namespace}__${line.object}__c`,
        keyPrefix: prefixes.next().value,
        nameField: line.auto === undefined ? 'text' : `auto:${line.auto}`,
        fields: line.fields,
        naming,
        ...(line.label === undefined ? {} : { label: line.label }),
      })
    );
  };
  return [
    ...build('SBQQ', [...catalogue, ...pricing, ...rules, ...documents, ...interfaces]),
    ...build('sbaa', approvals),
  ];
}

/** The package's fields on the standard product object. */
export function cpqProductFields(): Array<ReturnType<typeof readField>> {
  return `BatchQuantity:num(10,2) BillingFrequency:pick(Monthly|Quarterly|Annual) BillingType:pick(Advance|Arrears) BlockPricingField:pick ChargeType:rpick(One-Time|Recurring|Usage) Component:check CompoundDiscountRate:percent ConfigurationEvent:pick(Always|Add|Edit)
    ConfigurationFields:long(10000) ConfigurationFormTitle:text(100) ConfigurationType:rpick(Allowed|Required|Disabled) CostEditable:check CostSchedule:ref(DiscountSchedule) DefaultQuantity:num(10,2)=1 DescriptionLocked:check DiscountCategory:ref(DiscountCategory) DiscountSchedule:ref(DiscountSchedule)
    ExcludeFromOpportunity:check ExternallyConfigurable:check HasConfigurationAttributes:check Hidden:check NonDiscountable:check NonPartnerDiscountable:check OptionLayout:pick(Sections|Tabs|Wizard) OptionSelectionMethod:pick(Click|Add) Optional:check PriceEditable:check
    PricingGuidance:ref(PricingGuidance) PricingMethod:rpick(List|Cost|Block|Percent_Of_Total|Custom)=List PricingMethodEditable:check ProductPictureID:text(18) QuantityEditable:check=true QuantityScale:num(1,0) RenewalProduct:ref(Product2) SortOrder:num(5,0) Specifications:rich(32000) SubscriptionBase:pick
    SubscriptionPercent:percent SubscriptionPricing:rpick(Fixed_Price|Percent_Of_Total) SubscriptionTarget:ref(Product2) SubscriptionTerm:num(5,0) SubscriptionType:pick(Renewable|One-time|Evergreen) TaxCode:text Taxable:check TermDiscountLevel:pick TermDiscountSchedule:ref(DiscountSchedule)
    UpgradeCredit:ref(Product2) UpgradeRatio:num(5,2) UpgradeSource:ref(Product2) UpgradeTarget:ref(Product2)`
    .split(/\s+/)
    .map((word) => readField(word, packageNames('SBQQ')));
}

function* keyPrefixes(): Generator<string, string> {
  for (const first of '0123456789') for (const second of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') yield `a${first}${second}`;
  return 'a9z';
}

/** The CRMs and ERPs that the sample company can have. */
export const crmSystems = ['salesforce', 'hubspot', 'espocrm'] as const
export const erpSystems = ['netsuite', 'sap', 'oracle', 'quickbooks', 'xero', 'erpnext'] as const

export type CrmSystem = (typeof crmSystems)[number]
export type ErpSystem = (typeof erpSystems)[number]
export type System = CrmSystem | ErpSystem

/** The two systems that a company keeps its books in. */
export type Pair = { crm: CrmSystem; erp: ErpSystem }

/** What the sample company has unless somebody chooses. */
export const usualPair: Pair = { crm: 'salesforce', erp: 'netsuite' }

import { TieoutError } from '../../models/error.ts'
import { erpnextSystem } from './erpnext/erpnext.ts'
import { espocrmSystem } from './espocrm/espocrm.ts'
import { hubspotSystem } from './hubspot/hubspot.ts'
import { netsuiteSystem } from './netsuite/netsuite.ts'
import { oracleSystem } from './oracle/oracle.ts'
import { quickbooksSystem } from './quickbooks/quickbooks.ts'
import { salesforceSystem } from './salesforce/salesforce.ts'
import { sapSystem } from './sap/sap.ts'
import type { SandboxSystem } from './system.ts'
import { crmSystems, erpSystems, type Pair, type System, usualPair } from './world/systems.ts'
import { xeroSystem } from './xero/xero.ts'

/** The systems that have a sandbox. */
const systems: Partial<Record<System, SandboxSystem>> = {
	salesforce: salesforceSystem,
	hubspot: hubspotSystem,
	espocrm: espocrmSystem,
	netsuite: netsuiteSystem,
	oracle: oracleSystem,
	sap: sapSystem,
	erpnext: erpnextSystem,
	xero: xeroSystem,
	quickbooks: quickbooksSystem,
}

/** A system that the sample company can have. Throws RangeError for one without a sandbox. */
export function sandboxSystem(system: System): SandboxSystem {
	const found = systems[system]
	if (!found) throw new RangeError(`there is no sandbox of ${system}`)
	return found
}

/** The systems of a role that have a sandbox, the usual one first. */
export function offered<Of extends System>(role: readonly Of[]): Of[] {
	return role.filter((system) => systems[system] !== undefined)
}

/** The pair that somebody chose by name; what was left out is the usual one. Throws `usage.system` with what is allowed. */
export function chosenPair(crm: string | undefined, erp: string | undefined): Pair {
	return { crm: chosen('crm', crm, crmSystems) ?? usualPair.crm, erp: chosen('erp', erp, erpSystems) ?? usualPair.erp }
}

function chosen<Of extends System>(flag: string, name: string | undefined, role: readonly Of[]): Of | undefined {
	if (name === undefined) return undefined
	const allowed = offered(role)
	const found = allowed.find((system) => system === name)
	if (found) return found
	throw new TieoutError('usage', 'usage.system', `--${flag} is "${name}"; there is no sandbox of it`, {
		where: `--${flag}`,
		allowed,
		next: 'name one of these',
	})
}

import { offered } from '../../extract/sandbox/systems.ts'
import { crmSystems, erpSystems, type System, usualPair } from '../../extract/sandbox/world/systems.ts'
import { isThorough } from '../thorough.ts'

/** Every system that has a sandbox. */
export const offeredSystems: System[] = [...offered(crmSystems), ...offered(erpSystems)]

/** Whether a system's long tests run: all of them, the one of TIEOUT_SYSTEM=xero, or else those of the usual pair. */
export function isChosen(system: string): boolean {
	const asked = process.env['TIEOUT_SYSTEM']
	if (asked) return system === asked
	return isThorough || system === usualPair.crm || system === usualPair.erp
}

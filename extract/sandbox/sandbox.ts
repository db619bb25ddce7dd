import { createClock } from './clock.ts'
import { openCompany } from './company.ts'
import { type Controls, startControl } from './control.ts'
import { netsuiteCredentials, salesforceCredentials } from './credentials.ts'
import { createFaults, type FaultOptions } from './faults.ts'
import { createNetsuite } from './netsuite/server.ts'
import { netsuiteOptions, netsuiteTimeZone, type SandboxOptions, salesforceOptions } from './options.ts'
import { createSalesforce } from './salesforce/server.ts'
import type { Traffic } from './traffic.ts'
import { startVendorServer, type Vendor, type VendorServer } from './vendor-server.ts'
import { createVisibility } from './visibility.ts'
import type { System } from './world/world.ts'

/** Running sandboxes. The caller closes them. */
export type Sandboxes = {
	salesforce: { url: string; credentials: typeof salesforceCredentials }
	netsuite: { url: string; timeZone: string; credentials: typeof netsuiteCredentials }
	control: { url: string }
	/** Sets the company's clock. */
	setClock(moment: number): void
	now(): number
	setFaults(options: FaultOptions): void
	/** Takes an object or a field out of the integration user's sight, or gives it back. */
	setHidden(system: System, object: string, field: string | null, isHidden: boolean): void
	expireTokens(): void
	/** What was asked of each since the start, or since it was forgotten. */
	requests(): Record<System, Traffic>
	forgetRequests(): void
	close(): Promise<void>
}

/** Starts Salesforce, NetSuite and the controls on 127.0.0.1. Throws TieoutError if a port is taken or a record does not fit. */
export async function startSandboxes(options: SandboxOptions = {}): Promise<Sandboxes> {
	const { store, objects, tables, events, start } = openCompany(options)
	const clock = createClock(options.now ?? start)
	const faults = createFaults(options.seed ?? 1, { ...options.faults, rate: options.faultRate ?? 0 })
	const visibility = createVisibility(events, clock.now)
	const parts = { store, clock, visibility, faults }
	const salesforce = createSalesforce({ ...parts, objects }, salesforceOptions(options))
	const netsuite = createNetsuite({ ...parts, tables }, netsuiteOptions(options))
	const port = options.port ?? 0
	const started: { close(): Promise<void> }[] = []
	const close = async () => {
		for (const server of started) await server.close()
		store.close()
	}
	try {
		const first = await startVendorServer(salesforce, port, faults)
		started.push(first)
		const second = await startVendorServer(netsuite, port && port + 1, faults)
		started.push(second)
		const controls = {
			clock,
			faults,
			visibility,
			...bothOf({ salesforce, netsuite }, { salesforce: first, netsuite: second }),
		}
		const control = await startControl(controls, port && port + 2)
		started.push(control)
		return handleOf(controls, { salesforce: first.url, netsuite: second.url, control: control.url }, close)
	} catch (error) {
		await close()
		throw error
	}
}

function bothOf(
	vendors: Record<System, Vendor>,
	servers: Record<System, VendorServer>,
): Omit<Controls, 'clock' | 'faults' | 'visibility'> {
	return {
		traffic: () => ({ salesforce: servers.salesforce.traffic(), netsuite: servers.netsuite.traffic() }),
		forgetTraffic: () => {
			servers.salesforce.forgetTraffic()
			servers.netsuite.forgetTraffic()
		},
		expireTokens: () => {
			vendors.salesforce.expireTokens()
			vendors.netsuite.expireTokens()
		},
	}
}

function handleOf(controls: Controls, urls: Record<System | 'control', string>, close: () => Promise<void>): Sandboxes {
	return {
		salesforce: { url: urls.salesforce, credentials: salesforceCredentials },
		netsuite: { url: urls.netsuite, timeZone: netsuiteTimeZone, credentials: netsuiteCredentials },
		control: { url: urls.control },
		setClock: controls.clock.set,
		now: controls.clock.now,
		setFaults: controls.faults.set,
		setHidden: controls.visibility.setHidden,
		expireTokens: controls.expireTokens,
		requests: controls.traffic,
		forgetRequests: controls.forgetTraffic,
		close,
	}
}

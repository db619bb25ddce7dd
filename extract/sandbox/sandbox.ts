import { createClock } from './clock.ts'
import { openCompany } from './company.ts'
import { type Controls, startControl } from './control.ts'
import { createFaults, type FaultOptions } from './faults.ts'
import type { SandboxOptions } from './options.ts'
import type { SandboxConnection } from './system.ts'
import { noTraffic, type Traffic } from './traffic.ts'
import { startVendorServer, type Vendor, type VendorServer } from './vendor-server.ts'
import { createVisibility } from './visibility.ts'
import type { EntityCode } from './world/company/entities.ts'
import { type Setting, settingOf } from './world/company/setting.ts'
import type { Lack } from './world/projection.ts'
import { lacksOf } from './world/records/records.ts'
import { crmSystems, erpSystems, type System, usualPair } from './world/systems.ts'

/** Running sandboxes. The caller closes them. */
export type Sandboxes = {
	/** The CRM, then the ERP. */
	systems: { system: System; title: string; url: string }[]
	/** Whether the company has one legal entity, which sells in one currency. */
	isOneEntity: boolean
	/** What the two systems together can't show of the company. */
	lacks: ReadonlySet<Lack>
	/** Where a system answers. Throws RangeError for one that does not run. */
	url(system: System): string
	/** How a project reads both. */
	connections(): SandboxConnection[]
	control: { url: string }
	/** Sets the company's clock. */
	setClock(moment: number): void
	now(): number
	setFaults(options: FaultOptions): void
	/** Takes an object or a field out of the integration user's sight, or gives it back. */
	setHidden(system: System, object: string, field: string | null, isHidden: boolean): void
	/** Takes all rows of an object, as the store names it, out of the user's sight, or gives them back: it answers, and has none. */
	setEmpty(system: System, object: string, isEmpty: boolean): void
	expireTokens(): void
	/** What was asked of each since the start, or since it was forgotten; nothing, of a system that does not run. */
	requests(): Record<System, Traffic>
	forgetRequests(): void
	close(): Promise<void>
}

type Running = { vendor: Vendor; server: VendorServer }

/** Starts the company's two systems and the controls on 127.0.0.1. Throws TieoutError if a port is taken or a record does not fit. */
export async function startSandboxes(options: SandboxOptions = {}): Promise<Sandboxes> {
	const { store, systems, events, start } = openCompany(options)
	const clock = createClock(options.now ?? start)
	const faults = createFaults(options.seed ?? 1, { ...options.faults, rate: options.faultRate ?? 0 })
	const visibility = createVisibility(events, clock.now)
	const port = options.port ?? 0
	const running: Running[] = []
	const started: { close(): Promise<void> }[] = []
	const close = async () => {
		for (const server of started) await server.close()
		store.close()
	}
	try {
		for (const { opened } of systems) {
			const vendor = opened.serve({ store, clock, visibility, faults })
			const server = await startVendorServer(vendor, port && port + running.length, faults)
			running.push({ vendor, server })
			started.push(server)
		}
		const controls: Controls = { clock, faults, visibility, setEmpty: store.setEmpty, ...controlsOf(running) }
		const control = await startControl(controls, port && port + running.length)
		started.push(control)
		const addresses = systems.map(({ system }, at) => ({
			...system,
			url: running[at]!.server.url,
			connections: (url: string) =>
				ofTheCompany(system.connections(url, options), settingOf({ isOneEntity: options.isOneEntity })),
		}))
		const lacks = lacksOf(options.pair ?? usualPair)
		const isOneEntity = options.isOneEntity ?? false
		return { ...handleOf(controls, addresses), isOneEntity, lacks, control: { url: control.url }, close }
	} catch (error) {
		await close()
		throw error
	}
}

/** The connections of legal entities that the company has, and what they call these. */
function ofTheCompany(connections: SandboxConnection[], { entities }: Setting): SandboxConnection[] {
	return connections.flatMap((connection) => {
		const theirs = Object.entries(connection.legalEntities).filter(([code]) => entities.includes(code as EntityCode))
		return theirs.length === 0 ? [] : [{ ...connection, legalEntities: Object.fromEntries(theirs) }]
	})
}

function controlsOf(running: Running[]): Pick<Controls, 'traffic' | 'forgetTraffic' | 'expireTokens'> {
	return {
		traffic: () => Object.fromEntries(running.map(({ vendor, server }) => [vendor.system, server.traffic()])),
		forgetTraffic: () => {
			for (const { server } of running) server.forgetTraffic()
		},
		expireTokens: () => {
			for (const { vendor } of running) vendor.expireTokens()
		},
	}
}

type Address = { system: System; title: string; url: string; connections(url: string): SandboxConnection[] }

function handleOf(
	controls: Controls,
	addresses: Address[],
): Omit<Sandboxes, 'isOneEntity' | 'lacks' | 'control' | 'close'> {
	return {
		systems: addresses.map(({ system, title, url }) => ({ system, title, url })),
		url: (system) => {
			const found = addresses.find((one) => one.system === system)
			if (!found) throw new RangeError(`there is no ${system} here`)
			return found.url
		},
		connections: () => addresses.flatMap(({ connections, url }) => connections(url)),
		setClock: controls.clock.set,
		now: controls.clock.now,
		setFaults: controls.faults.set,
		setHidden: controls.visibility.setHidden,
		setEmpty: controls.setEmpty,
		expireTokens: controls.expireTokens,
		requests: () => {
			const seen = controls.traffic()
			const ofAll = [...crmSystems, ...erpSystems].map((system) => [system, seen[system] ?? noTraffic()] as const)
			return Object.fromEntries(ofAll) as Record<System, Traffic>
		},
		forgetRequests: controls.forgetTraffic,
	}
}

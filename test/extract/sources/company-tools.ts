import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { SandboxOptions } from '../../../extract/sandbox/options.ts'
import type { CrmSystem } from '../../../extract/sandbox/world/systems.ts'
import { projectFiles } from '../../../models/project-files.ts'
import { openDatabase } from '../../../models/warehouse.ts'
import { examineConnections, type Finding } from '../../../server/examination.ts'
import { openState, type State } from '../../../server/state.ts'
import { type SampleProject, startSampleProject } from '../../sample-project.ts'

let project: SampleProject | undefined

/** Ends the company that was started last. */
export async function closeCompany(): Promise<void> {
	await project?.close()
	project = undefined
}

/** What tests of a company with one CRM ask: beside ERPNext, whose records always name company and currency. */
export function companyTools(crm: CrmSystem) {
	return {
		start: async (options: SandboxOptions): Promise<SampleProject> => {
			project = await startSampleProject({ scale: 0.02, pair: { crm, erp: 'erpnext' }, ...options })
			return project
		},
		rewrite,
		rows,
		doctor,
		provedMoney,
	}
}

/** Changes `tieout.yml`. Throws where what is to be changed doesn't stand. */
function rewrite({ folder }: SampleProject, from: string | RegExp, to: string): void {
	const file = path.join(folder, 'tieout.yml')
	const text = readFileSync(file, 'utf8')
	const changed = text.replace(from, to)
	if (changed === text) throw new Error(`tieout.yml has no ${from}:\n${text}`)
	writeFileSync(file, changed)
}

/** Of what was built last, published or not. */
async function rows({ folder }: SampleProject, sql: string): Promise<Record<string, unknown>[]> {
	const database = await openDatabase(projectFiles(folder).build, { readOnly: true })
	try {
		return await database.all(sql)
	} finally {
		await database.close()
	}
}

/** What `tieout doctor` finds at the connections, but for what is as it should be. */
async function doctor(sample: SampleProject): Promise<Finding[]> {
	const findings: Finding[] = []
	const { config, sandboxes } = sample
	await withState(sample, (state) =>
		examineConnections({ config: config(), state }, (finding) => findings.push(finding), { now: sandboxes.now }),
	)
	return findings.filter(({ status }) => status !== 'ok' && status !== 'skip')
}

/** The money of the newest certificate of a stream. */
async function provedMoney(sample: SampleProject, stream: string) {
	const found = await withState(sample, ({ db }) =>
		db
			.selectFrom('certificates')
			.select(['verdict', 'money'])
			.where('stream', '=', stream)
			.orderBy('id', 'desc')
			.executeTakeFirstOrThrow(),
	)
	return { verdict: found.verdict, money: JSON.parse(String(found.money)) }
}

async function withState<T>({ config }: SampleProject, work: (state: State) => Promise<T>): Promise<T> {
	const state = await openState(config().project.state)
	try {
		return await work(state)
	} finally {
		await state.close()
	}
}

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { currentGeneration } from '../../models/generation.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { accountProblems } from '../../server/accounts-read.ts'
import { connectionFacts } from '../../server/sources.ts'
import { openState } from '../../server/state.ts'
import { type SampleProject, startPublishedSample } from '../sample-project.ts'

const open: SampleProject[] = []
afterAll(async () => {
	for (const project of open) await project.close()
})

async function published() {
	const project = await startPublishedSample()
	open.push(project)
	const file = path.join(project.folder, 'tieout.yml')
	const edit = (change: (text: string) => string) => writeFileSync(file, change(readFileSync(file, 'utf8')))
	return { ...project, edit }
}

/** What the generation in service adds up: both measures, and each code's breaks. */
async function figures(project: SampleProject) {
	const file = currentGeneration(project.config().project.published)!.file
	const database = await openDatabase(file, { readOnly: true })
	try {
		const measures = await database.all(
			`select sum(bookings_amount) as bookings, sum(revenue_amount) as revenue, count(*) as cells from marts.cells`,
		)
		const codes = await database.all(
			'select code, count(*) as breaks, sum(amount) as amount from marts.breaks group by code order by code',
		)
		return { measures, codes }
	} finally {
		await database.close()
	}
}

/** The connections of which the generation in service has certificates. */
async function certified(project: SampleProject): Promise<string[]> {
	const database = await openDatabase(currentGeneration(project.config().project.published)!.file, { readOnly: true })
	try {
		const rows = await database.all<{ connection: string }>(
			'select distinct connection from tieout.certificates order by connection',
		)
		return rows.map(({ connection }) => connection)
	} finally {
		await database.close()
	}
}

const renamed = (text: string) => text.replace(/^ {2}crm:/m, '  sales:').replaceAll('{ crm: ', '{ sales: ')

test('a connection that is renamed is read anew, and counts once', { timeout: 60_000 }, async () => {
	const project = await published()
	const before = await figures(project)
	project.edit(renamed)
	const said: string[] = []
	await project.run({}, (event) => {
		if (event.type === 'step') said.push(event.name)
	})
	expect(await figures(project)).toEqual(before)
	expect(said.filter((text) => text.startsWith('crm: no connection of tieout.yml any more'))).toHaveLength(1)
	expect(await certified(project)).toEqual(['erp', 'sales'])
})

test('a system that was replaced keeps its records and is asked nothing', { timeout: 60_000 }, async () => {
	const project = await published()
	const before = await figures(project)
	project.edit((text) => text.replace(/^ {2}erp:\n/m, '  erp:\n    enabled: false\n'))
	const { options, name } = project.config().connections.find((one) => one.name === 'erp')!
	const facts = connectionFacts(project.config())[name]
	// What leads to it may be gone: secrets, and where it was.
	const account = String(options['account'])
	project.edit((text) => text.replace(/account: \S+/, `account: "\${env:ACCOUNT_OF_BEFORE}"`))
	const environment = path.join(project.folder, '.env')
	const lines = readFileSync(environment, 'utf8').split('\n')
	writeFileSync(environment, lines.filter((line) => !/^NETSUITE_(?!TIME_ZONE)/.test(line)).join('\n'))
	const erp = project.config().connections.find((one) => one.name === 'erp')!
	expect([erp.isUnset, erp.options['time_zone'], erp.options['account']]).toEqual([
		true,
		options['time_zone'],
		undefined,
	])
	expect(connectionFacts(project.config())[name]).toEqual(facts)
	const { extracted } = await project.run()
	expect(extracted!.streams.map(({ connection }) => connection)).not.toContain('erp')
	expect(await figures(project)).toEqual(before)
	// Another one of its account is told all the same, by what was read.
	const written = (variables: string) => variables.replaceAll('NETSUITE_', 'BOOKS_')
	project.edit((text) =>
		text.replace(/^ {2}erp:\n([\s\S]*?)(?=^\S)/m, (one) => {
			const copy = one.replace('  erp:\n    enabled: false\n', '  books:\n')
			return `${one}${written(copy.replace(/account: .*/, `account: ${account}`))}`
		}),
	)
	writeFileSync(environment, `${readFileSync(environment, 'utf8')}\n${written(lines.join('\n'))}\n`)
	await expect(project.run({ steps: ['build'] })).rejects.toMatchObject({ code: 'config.same_account' })
})

test('a connection that leads to another account, or to another system, is refused', { timeout: 60_000 }, async () => {
	const project = await published()
	const state = await openState(project.config().project.state)
	try {
		expect(await accountProblems(state.db, project.config())).toEqual([])
		expect(
			await state.db.selectFrom('connection_accounts').select(['connection', 'tables', 'account']).execute(),
		).toEqual([
			{ connection: 'crm', tables: 'salesforce', account: null },
			{ connection: 'erp', tables: 'netsuite', account: expect.stringMatching(/^\w+$/) },
		])
		const account = project.config().connections.find(({ name }) => name === 'erp')!.options['account'] as string
		project.edit((text) => text.replace(/account: \S+/, 'account: 7654321_SB1'))
		await expect(project.run()).rejects.toMatchObject({
			code: 'config.other_account',
			message: `what is loaded as erp was read from ${account}, and erp leads to 7654321_SB1 now`,
			next: expect.stringContaining(`formerly: "${account}" under connections.erp`),
		})
		project.edit((text) => text.replace(/^ {2}erp:\n/m, `  erp:\n    formerly: "${account}"\n`))
		expect(await accountProblems(state.db, project.config())).toEqual([])
		await state.db.updateTable('connection_accounts').set({ tables: 'sap' }).where('connection', '=', 'erp').execute()
		await expect(project.run()).rejects.toMatchObject({
			code: 'config.other_account',
			message: 'what is loaded as erp was read from a system of the kind sap, and erp leads to netsuite now',
		})
		await state.db.deleteFrom('connection_accounts').execute()
		project.edit((text) =>
			text.replace(/^ {2}erp:\n([\s\S]*?)(?=^\S)/m, (one) => `${one}  books:\n${one.slice('  erp:\n'.length)}`),
		)
		expect(await accountProblems(state.db, project.config())).toEqual([
			expect.objectContaining({
				connection: 'books',
				code: 'config.same_account',
				text: expect.stringMatching(/^erp and books both read \d+ streams of \w+: every record would count twice$/),
			}),
		])
		project.edit((text) => text.replace(/^ {2}books:\n/m, '  books:\n    enabled: false\n'))
		expect(await accountProblems(state.db, project.config())).toEqual([])
	} finally {
		await state.close()
	}
})

test('a connection that is switched off beside another one of its account is refused: what it has read still counts', {
	timeout: 60_000,
}, async () => {
	const project = await published()
	// The way to another name that comes to mind: a copy of the connection, and the old one switched off.
	project.edit((text) =>
		text.replace(
			/^ {2}erp:\n([\s\S]*?)(?=^\S)/m,
			(one) => `${one.replace('  erp:\n', '  erp:\n    enabled: false\n')}  books:\n${one.slice('  erp:\n'.length)}`,
		),
	)
	await expect(project.run()).rejects.toMatchObject({
		code: 'config.same_account',
		message: expect.stringMatching(/^erp and books both read \d+ streams of \w+: every record would count twice$/),
		next: 'take books or erp out: what was read still counts where it is switched off',
	})
})

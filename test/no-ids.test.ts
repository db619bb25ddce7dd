import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startSandboxes } from '../extract/sandbox/sandbox.ts'
import { companyStart, type RecordVersion, recordVersions } from '../extract/sandbox/world/world.ts'
import { currentGeneration } from '../models/generation.ts'
import { openDatabase } from '../models/warehouse.ts'
import { statusDocument } from '../server/month-status.ts'
import { addUser } from '../server/people/accounts.ts'
import { issueToken } from '../server/people/tokens.ts'
import { openState } from '../server/state.ts'
import { projectOn } from './sample-project.ts'
import { runWords } from './server/command-line.ts'

// A company whose systems know nothing of each other: no id, no number, no tax number on either side. Names, domains and amounts are all there is.
const pair = { crm: 'hubspot', erp: 'quickbooks' } as const
const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close()
})

const emptied: Record<string, string[]> = {
	companies: ['erp_id', 'tax_number', 'account_number'],
	deals: ['erp_order_number'],
	Customer: ['ResaleNum', 'Notes', 'Suffix'],
	Invoice: ['CustomField', 'PrivateNote'],
}

/** The record without what names its partner; QuickBooks' is a text of JSON. */
function withoutNames(version: RecordVersion): RecordVersion {
	const { object, values } = version
	const names = emptied[object]
	if (!names || !values) return version
	if (typeof values['body'] !== 'string')
		return { ...version, values: { ...values, ...Object.fromEntries(names.map((name) => [name, null])) } }
	const body = Object.fromEntries(Object.entries(JSON.parse(values['body'])).filter(([name]) => !names.includes(name)))
	return { ...version, values: { ...values, reference: null, body: JSON.stringify(body) } }
}

test('a company without a common id comes to its links by files of candidates', { timeout: 120_000 }, async () => {
	const told = [...recordVersions({ scale: 0.02, pair, isOneEntity: true })]
	const versions = told.map(withoutNames)
	const sandboxes = await startSandboxes({ pair, versions, now: companyStart, isOneEntity: true })
	closing.push(() => sandboxes.close())
	const project = projectOn(sandboxes)
	closing.push(project.remove)
	await project.run()
	const rows = async (sql: string) => {
		const { file } = currentGeneration(project.config().project.published)!
		const database = await openDatabase(file, { readOnly: true })
		try {
			return await database.all<Record<string, string>>(sql)
		} finally {
			await database.close()
		}
	}
	const codes = async () => (await rows('select distinct code from marts.breaks order by 1')).map(({ code }) => code)
	expect(await codes()).toEqual(['missing_in_crm', 'not_invoiced', 'out_of_scope', 'unexplained'])

	const linksMissing = async () =>
		(await statusDocument(project.config())).reasons.some(({ subject }) => subject === 'links')
	expect(await linksMissing()).toBe(true)

	const environment = { TIEOUT_TOKEN: await preparer(project.config().project.state) }
	const run = (...words: string[]) => runWords([...words, '--project', project.folder], project.folder, { environment })
	const take = async (report: string, choice: string) => {
		const file = path.join(project.folder, `${report}.csv`)
		expect(await run('export', report, `choice=${choice}`, '--out', file)).toMatchObject({ code: 0 })
		return { file, ...(await run('link', 'import', file, '--reason', `${choice} of the candidates`)) }
	}
	for (const choice of ['the only one', 'the best'])
		expect(await take('customer-candidates', choice)).toMatchObject({
			code: 0,
			out: expect.stringMatching(/: (\d+) of \1 pairs/),
		})
	await project.run({ steps: ['build', 'check', 'publish'] })
	const customers = await rows(
		`select source_customer_id as erp, customer_id as crm from marts.customer_links where tier = 'decision'`,
	)
	const accounts = accountsOf(told)
	expect(customers.length).toBeGreaterThan(30)
	expect(customers.filter(({ erp, crm }) => !accounts(erp!).includes(crm!.replace('crm:', '')))).toEqual([])

	const orders = await take('link-candidates', 'the only one')
	expect(orders).toMatchObject({ code: 0 })
	expect((await run('link', 'import', orders.file, '--reason', 'again')).out).toMatch(
		/: 0 of (\d+) pairs written; \1 held already/,
	)
	writeFileSync(
		orders.file,
		`crm_id,erp_id\n${customers[0]!['crm']},erp_us:none\n${customers[1]!['crm']},${customers[0]!['erp']}\n`,
	)
	const refused = await run('link', 'import', orders.file, '--reason', 'x')
	expect(refused).toMatchObject({ code: 2, notes: expect.stringContaining('line 2: no ERP customer has the id') })
	expect(refused.notes).toContain('line 3: Ana linked')
	await project.run({ steps: ['build', 'check', 'publish'] })
	const linked = await rows(
		`select distinct order_id as invoice, opportunity_id as deal from marts.chain where order_link_evidence like 'Ana: %'`,
	)
	const deals = new Map(
		told.flatMap(({ object, values }) =>
			object === 'Invoice' && values ? [[String(values['id']), values['reference']]] : [],
		),
	)
	expect(linked.length).toBeGreaterThan(15)
	for (const { invoice, deal } of linked)
		expect([deal!.replace('crm:', ''), null]).toContain(deals.get(invoice!.replace('erp_us:', '')))
	expect(await codes()).toContain('timing')
	expect(await linksMissing()).toBe(false)
})

async function preparer(file: string): Promise<string> {
	const state = await openState(file)
	const author = { userId: 'system', name: 'root' }
	const person = { userId: 'ana', name: 'Ana', email: null, role: 'preparer', isAdmin: false } as const
	const cost = { N: 16, r: 1, p: 1 }
	await addUser(state, { ...person, password: 'four words of mine', isInitial: false, author }, { cost })
	const token = await issueToken(state, { userId: 'ana', name: 'test', days: 90, author })
	await state.close()
	return token
}

/** Which accounts have the name of an ERP customer, whatever of it was emptied: what a person would find. */
function accountsOf(versions: readonly RecordVersion[]) {
	const bare = (name: unknown) =>
		String(name)
			.toLowerCase()
			.replace(/\(.*?\)|\b(and|inc|incorporated)\b|[^a-z]/g, '')
	const names = versions.flatMap(({ object, id, values }) =>
		object === 'companies' && values ? [[bare(values['name']), id] as const] : [],
	)
	const customers = new Map(
		versions.flatMap(({ object, values }) =>
			object === 'Customer' && values
				? [[`erp_us:${values['id']}`, bare(JSON.parse(String(values['body'])).CompanyName)]]
				: [],
		),
	)
	return (customer: string) => names.filter(([name]) => name === customers.get(customer)).map(([, id]) => id)
}

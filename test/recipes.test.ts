import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLedgerly } from './recipes/ledgerly.ts'
import { runWords } from './server/command-line.ts'

// The README's recipes, each followed as it is written: its blocks are the files, in a project that `tieout init` made.
const root = path.join(import.meta.dirname, '..')
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
const folder = path.join(mkdtempSync(path.join(tmpdir(), 'tieout-recipes-')), 'books')
let ledgerly: Awaited<ReturnType<typeof startLedgerly>>

/** The code blocks of a recipe, by the language that they are marked with. */
function blocks(recipe: string): Record<string, string> {
	const text = readme.slice(readme.indexOf(`**${recipe}.**`)).split(/\n\*\*[A-Z][^*]+\.\*\*/)[0]!
	return Object.fromEntries([...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map((match) => [match[1], match[2]!]))
}

function write(name: string, text: string): void {
	mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
	writeFileSync(path.join(folder, name), text)
}

async function tieout(...words: string[]): Promise<{ code: number; [name: string]: unknown }> {
	const { code, out } = await runWords([...words, '--json'], folder)
	return { code, ...JSON.parse(out) }
}

async function rows(sql: string): Promise<unknown> {
	return (await tieout('sql', sql))['rows']
}

const configuration = `company: { name: Example Ltd, time_zone: Europe/London, reporting_currency: GBP }
calendar: { from: 2026-01, to: 2026-03 }
legal_entities:
  UK: { crm: UK, erp: main }
schedule: off
connections:
  crm:
    source: files
    role: crm
    freshness: { warn: 9999d, error: 9999d }
    options:
      folder: crm
      said_at: 2026-03-01T12:00:00Z
      entities:
        customers:
          from: accounts
          columns: { customer_id: id, name: name, currency: { value: GBP }, kind: { value: customer } }
        opportunities:
          from: deals
          columns:
            opportunity_id: id
            customer_id: account
            name: name
            is_closed: { value: true }
            is_won: { value: true }
            amount: amount
            currency: { value: GBP }
            close_date: { value: 2026-02-01 }
            legal_entity_reference: { value: UK }
`

beforeAll(async () => {
	ledgerly = await startLedgerly()
	expect((await runWords(['init', folder], path.dirname(folder))).code).toBe(0)
	write('crm/accounts.csv', 'id,name\nA1,Brückner & Söhne\nA2,Okafor Ltd\n')
	write(
		'crm/deals.csv',
		'id,account,name,amount\nD1,A1,Pumps,1000.00\nD2,A2,Mill,90071992547409.93\nD3,A2,Gate,77.70\n',
	)
	const source = blocks('A source')
	write('tieout.yml', `${configuration}${source['yaml']}`)
	write('.env', `LEDGERLY_URL=${ledgerly.url}\nLEDGERLY_KEY=key-of-ledgerly\nTIEOUT_NOW=2026-03-02T09:00:00Z\n`)
	write('sources/ledgerly.ts', source['ts']!)
	write('models/staging/ledgerly/stg_ledgerly__customers.sql', source['sql']!)
	const others = path.join(import.meta.dirname, 'recipes')
	for (const name of readdirSync(others).filter((one) => one.endsWith('.sql')))
		copyFileSync(path.join(others, name), path.join(folder, 'models/staging/ledgerly', name))
	write('models/won_not_ordered.sql', blocks('A model')['sql']!)
	write('checks/invoices_name_their_deal.sql', blocks('A check')['sql']!)
	write('reports/not_ordered.ts', blocks('A report')['ts']!)
}, 60_000)
afterAll(async () => {
	await ledgerly.close()
	rmSync(path.dirname(folder), { recursive: true, force: true })
})

test('doctor tries a source of the project’s own', async () => {
	const { code, findings } = await tieout('doctor')
	expect({ code, findings }).toMatchObject({
		code: 0,
		findings: expect.arrayContaining([expect.objectContaining({ subject: 'erp.invoices', status: 'ok' })]),
	})
})

test('a source of the project’s own is read page by page, its staging reaches the marts, every digit with it', async () => {
	const told = await tieout('run')
	expect(told).toMatchObject({ code: 0, generation: 1 })
	expect(
		await rows("select stream, verdict, source_rows from tieout.certificates where connection = 'erp' order by stream"),
	).toEqual([
		['customers', 'proved', '3'],
		['invoice_lines', 'proved', '3'],
		['invoices', 'proved', '3'],
	])
	expect(
		await rows(
			'select customer_name, legal_entity, bookings_amount, billings_amount, revenue_amount from marts.cells order by customer_name',
		),
	).toEqual([
		['Brückner & Söhne', 'UK', '1000.0000', '1000.0000', '1000.0000'],
		['Okafor Ltd', 'UK', '90071992547487.6300', '90071992547409.9300', '90071992547409.9300'],
	])
	expect(ledgerly.asked.every((request) => request.startsWith('GET /api/'))).toBe(true)
}, 60_000)

test('a model, a check and a report of the project’s own', async () => {
	expect(await rows('select owner_name, period_id, currency, amount from marts.won_not_ordered')).toEqual([
		['(none)', '2026-02', 'GBP', '77.7000'],
	])
	expect(
		await rows("select status, problem_count, owner from tieout.checks where check_name = 'invoices_name_their_deal'"),
	).toEqual([['pass', '0', 'finance']])
	const { code, out } = await runWords(['report', 'not_ordered'], folder)
	expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('77.70') })
})

test('a change in the own source is one new version, and its deletion is found by the keys', async () => {
	ledgerly.books['invoices']![0] = {
		...ledgerly.books['invoices']![0]!,
		status: 'paid',
		changedAt: '2026-03-02T10:00:00Z',
	}
	ledgerly.books['customers']!.pop()
	write('.env', `LEDGERLY_URL=${ledgerly.url}\nLEDGERLY_KEY=key-of-ledgerly\nTIEOUT_NOW=2026-03-10T09:00:00Z\n`)
	const { code, streams } = await tieout('extract', 'erp.customers', 'erp.invoices')
	expect({ code, streams }).toMatchObject({
		code: 0,
		streams: [
			{ stream: 'customers', outcome: 'loaded', loaded: 0, deleted: 1 },
			{ stream: 'invoices', outcome: 'loaded', loaded: 1, deleted: 0 },
		],
	})
})

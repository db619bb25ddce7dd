import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../extract/sandbox/sandbox.ts'
import { recordVersions } from '../../extract/sandbox/world/world.ts'
import { sandboxAddress } from '../../server/commands/sandbox.ts'
import { writeDemoProject } from '../../server/demo-project.ts'
import { runWords } from './command-line.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-schema-'))
const saved = path.join(folder, 'staging.json')
let sandboxes: Sandboxes

type Difference = { stream: string; field: string; change: string; breaks: boolean; effect: { text: string } | null }
type Told = { code: number; error?: { code: string; next: string }; breaks?: number; differences?: Difference[] }

async function tieout(...words: string[]): Promise<Told> {
	const { code, out } = await runWords([...words, '--json'], folder)
	return { code, ...JSON.parse(out) }
}

beforeAll(async () => {
	sandboxes = await startSandboxes({ versions: recordVersions({ scale: 0.01, faults: 0 }) })
	writeDemoProject(folder, sandboxAddress(sandboxes))
	expect((await runWords(['schema', 'save', 'crm', '--out', saved], folder)).code).toBe(0)
}, 60_000)
afterAll(async () => {
	await sandboxes.close()
	rmSync(folder, { recursive: true, force: true })
})

test('an environment differs in nothing from what was just saved of it', async () => {
	expect(await tieout('schema', 'diff', saved, 'crm')).toMatchObject({ code: 0, breaks: 0, differences: [] })
})

test('what would break is named, with the models and checks that read it, and the command ends with 1', async () => {
	const staging = JSON.parse(readFileSync(saved, 'utf8'))
	const deals = staging.streams.opportunities
	deals.fields.CloseDate = 'datetime'
	deals.fields.Margin__c = 'currency'
	deals.lengths.Name = 400
	deals.options.StageName = deals.options.StageName.slice(1)
	const file = path.join(folder, 'changed.json')
	writeFileSync(file, JSON.stringify(staging))
	const told = await tieout('schema', 'diff', file, 'crm')
	expect(told.code).toBe(1)
	const texts = told.differences!.map(
		({ field, change, breaks }) => `${field} ${change} ${breaks ? 'breaks' : 'differs'}`,
	)
	expect(texts.toSorted()).toEqual([
		'CloseDate retyped breaks',
		'Margin__c removed differs',
		'Name shorter breaks',
		'StageName option added breaks',
	])
	const retyped = told.differences!.find(({ field }) => field === 'CloseDate')
	expect(retyped!.effect!.text).toMatch(
		/^CloseDate is now date, it was datetime: staging\.stg_salesforce__opportunities reads close_date; \d+ models and \d+ checks stand on it$/,
	)
	const { code, out } = await runWords(['schema', 'diff', file, 'crm'], folder)
	expect(code).toBe(1)
	expect(out).toMatch(
		/breaks {2}opportunities\.CloseDate is date, it was datetime: it fills close_date; staging\.stg_salesforce/,
	)
	expect(out).toMatch(/unread {3}opportunities: 1 difference in fields that nothing reads/)
})

test('what is neither a connection nor a saved file, and two kinds of systems, are told', async () => {
	expect(await tieout('schema', 'diff', 'nowhere', 'crm')).toMatchObject({ code: 2, error: { code: 'schema.unknown' } })
	expect(await tieout('schema', 'diff', 'erp', 'crm')).toMatchObject({ code: 2, error: { code: 'schema.kinds' } })
	writeFileSync(path.join(folder, 'other.json'), '{"a":1}')
	expect(await tieout('schema', 'diff', path.join(folder, 'other.json'), 'crm')).toMatchObject({
		code: 2,
		error: { code: 'schema.not_saved' },
	})
})

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { statusDocument, statusLines } from '../server/month-status.ts'
import { styleOf } from '../server/terminal.ts'
import { type SampleProject, startPublishedSample, startSampleProject } from './sample-project.ts'
import { serve } from './server/routes/serving.ts'
import { runAndSee } from './unread.ts'

// What a controller sees of a stream that can't be read; test/long/unread.test.ts asks for every stream of every system.
const hour = 3_600_000
let project: SampleProject
afterEach(() => project?.close())

/** The reasons that are about a stream, without the reason of the vendor. */
const about = (seen: Awaited<ReturnType<typeof runAndSee>>, stream: string) =>
	seen.reasons.filter(({ subject }) => subject === stream)

test('a permission that was never given: published, not trusted, and said at the figures with what they lack and what to do', {
	timeout: 60_000,
}, async () => {
	project = await startSampleProject({ scale: 0.02 })
	project.sandboxes.setHidden('netsuite', 'account', null, true)
	project.sandboxes.setEmpty('netsuite', 'revenueplan', true)
	const seen = await runAndSee(project)
	expect(seen).toMatchObject({ error: null, verdict: 'not trusted', unread: ['erp.accounts', 'erp.revenue_totals'] })
	const [reason] = about(seen, 'erp.accounts')
	expect(reason!.blocks).toBe(true)
	expect(reason!.text).toMatch(
		/^erp\.accounts was never read: these figures lack its .*revenue entries.*; denied: .*Lists -> Accounts/,
	)
	expect(reason!.next).toMatch(/permission/)
	expect(seen.reasons.filter(({ kind }) => kind === 'data' || kind === 'empty').map(({ text }) => text)).toEqual([
		'there is no revenue in any period',
		'erp.revenue_plans was read without a single record',
	])
	const status = await statusDocument(project.config())
	expect(status.next).toBe(reason!.next)
	expect(statusLines(status, styleOf({ isTTY: false } as never, {})).join('\n')).toContain(
		'erp.accounts was never read',
	)

	const served = await serve(project.config().project.published)
	try {
		const page = await (await served.get('/month/2026-10')).text()
		expect(page.indexOf('not all is read')).toBeLessThan(page.indexOf('class="figures"'))
		expect(page).toContain('erp.revenue_plans was read without a single record')
		const { trust } = await (await served.get('/month/2026-10.csv.manifest.json')).json()
		expect(trust).toMatchObject({ verdict: 'not trusted', reasons: expect.arrayContaining([reason!.text]) })
		expect(await (await served.get('/reports/freshness?stream=accounts')).text()).toContain('Lists -> Accounts')
	} finally {
		await served.close()
	}
})

test('a permission that was taken away is told at once, and not trusted once the records are too old', {
	timeout: 60_000,
}, async () => {
	project = await startPublishedSample()
	project.sandboxes.setHidden('netsuite', 'transactionline', null, true)
	project.setClock(project.sandboxes.now() + hour)
	const soon = await runAndSee(project)
	expect(about(soon, 'erp.transaction_lines')).toMatchObject([
		{
			blocks: false,
			text: expect.stringMatching(/^erp\.transaction_lines is 65 min old \(.*invoice lines.*\); denied: /),
		},
	])
	project.setClock(project.sandboxes.now() + 100 * hour)
	const late = await runAndSee(project)
	expect(about(late, 'erp.transaction_lines')).toMatchObject([
		{ blocks: true, text: expect.stringContaining('4 d old, allowed') },
	])
})

test('a stream that the configuration switches off speaks against nothing, and is named at the figures and in the file', {
	timeout: 60_000,
}, async () => {
	project = await startPublishedSample()
	const file = path.join(project.folder, 'tieout.yml')
	const off = 'streams: { planned_revenue: { enabled: false } }'
	writeFileSync(
		file,
		readFileSync(file, 'utf8').replace('    source: netsuite\n', `    source: netsuite\n    ${off}\n`),
	)
	const seen = await runAndSee(project)
	expect(about(seen, 'erp.planned_revenue')).toEqual([])
	const served = await serve(project.config().project.published)
	try {
		const page = await (await served.get('/month/2026-10')).text()
		// It was read before, and what was read stays.
		expect(page).toMatch(
			/switched off<\/span> Not read, by tieout\.yml: erp\.planned_revenue \(.+\), in these figures as of 2026-11-0\d/,
		)
		const { trust } = await (await served.get('/month/2026-10.csv.manifest.json')).json()
		expect(trust.switched_off).toEqual(['erp.planned_revenue'])
		const report = await (await served.get('/reports/freshness?status=off')).text()
		expect(report).toContain('planned_revenue')
	} finally {
		await served.close()
	}
})

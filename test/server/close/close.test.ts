import { mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommandLine } from '../../../server/cli.ts'
import { attachFile, attachmentFile, fileHash } from '../../../server/close/attachments.ts'
import { readChanges } from '../../../server/close/changes.ts'
import { changeItems, itemCounts, listItems, readItem } from '../../../server/close/items.ts'
import { listPapers, type PaperView, readPaper } from '../../../server/close/papers.ts'
import { signedContent } from '../../../server/close/rebuild.ts'
import { restatement } from '../../../server/close/restatement.ts'
import { restoreGeneration } from '../../../server/close/restore.ts'
import { acceptChanges, lockPaper, preparePaper, reopenPaper, reviewPaper } from '../../../server/close/sign.ts'
import { verifyDecisions } from '../../../server/close/verify.ts'
import { disableUser } from '../../../server/people/accounts.ts'
import type { Person } from '../../../server/people/person.ts'
import { issueToken } from '../../../server/people/tokens.ts'
import { isThorough } from '../../thorough.ts'
import { closeProject, withBackDatedEdit, withMovedInvoice } from './close-project.ts'

const day = (text: string) => Date.parse(`${text}T09:00:00Z`)
const { versions: withEdit, edit } = withBackDatedEdit(0.02, '2025-04', '2025-06-20T10:00:00Z')
const { versions, moved } = withMovedInvoice(withEdit, '2025-03', '2025-06-20T11:00:00Z')
let its: Awaited<ReturnType<typeof closeProject>>
let [ana, ben, cleo, rita] = [] as unknown as [Person, Person, Person, Person]

beforeAll(async () => {
	its = await closeProject({ versions, now: day('2025-05-05') })
	await its.runAt(day('2025-05-05'))
	ana = await its.person('ana', 'preparer')
	ben = await its.person('ben', 'reviewer')
	cleo = await its.person('cleo', 'reviewer')
	rita = await its.person('rita', 'reader')
}, 300_000)
afterAll(async () => await its.close())

/** What a person who overrides everything that blocks would send. */
const requestOf = (view: PaperView, person: Person | null) => ({
	paper: view.scope.paper,
	person,
	contentHash: view.hash,
	generation: view.generation,
	overrides: Object.fromEntries(
		view.reasons.filter(({ blocks }) => blocks).map(({ id }) => [id, 'known, see the mail']),
	),
})

async function closePaper(paper: string) {
	const closing = its.closing()
	await preparePaper(closing, requestOf(await readPaper(closing, paper), ana))
	await reviewPaper(closing, requestOf(await readPaper(closing, paper), ben))
	return await lockPaper(closing, requestOf(await readPaper(closing, paper), ben))
}

test('papers are listed with their due date, and a period that has not ended blocks', async () => {
	const papers = await listPapers(its.closing())
	expect(papers.map(({ paper, state, dueDate }) => ({ paper, state, dueDate }))).toEqual([
		{ paper: '2025-03', state: 'open', dueDate: '2025-04-07' },
		{ paper: '2025-04', state: 'open', dueDate: '2025-05-07' },
		{ paper: '2025-05', state: 'open', dueDate: '2025-06-06' },
	])
	const { reasons } = await readPaper(its.closing(), '2025-05')
	expect(reasons[0]).toMatchObject({ id: 'period', blocks: true })
	expect(reasons.find(({ id }) => id === 'earlier')).toMatchObject({ blocks: false })
	await expect(readPaper(its.closing(), '2031-01')).rejects.toMatchObject({ code: 'close.unknown_paper' })
})

test('the content of a paper has every table, the models, checks and rates, and one hash', async () => {
	const first = await readPaper(its.closing(), '2025-04')
	expect(Object.keys(first.content.tables)).toEqual(
		expect.arrayContaining(['items', 'breaks', 'bookings_vs_revenue', 'records', 'roll_forward']),
	)
	expect(first.content.totals[0]).toMatchObject({ is_reporting: true, currency: 'USD' })
	expect(Object.keys(first.content.models)).toContain('marts.breaks')
	expect(first.basis.certificates.every(({ verdict }) => verdict === 'proved')).toBe(true)
	expect(first.hash).toMatch(/^[0-9a-f]{64}$/)
})

test('nobody, a reader, a disabled person and a preparer who reviews are refused', async () => {
	const closing = its.closing()
	const view = await readPaper(closing, '2025-03')
	await expect(preparePaper(closing, requestOf(view, null))).rejects.toMatchObject({ code: 'people.nobody' })
	await expect(preparePaper(closing, requestOf(view, rita))).rejects.toMatchObject({ code: 'people.role' })
	// The role counts that the state has now, not the one that the page was loaded with.
	await expect(preparePaper(closing, requestOf(view, { ...rita, role: 'reviewer' }))).rejects.toMatchObject({
		code: 'people.role',
	})
	for (const person of [rita, ana])
		await expect(reopenPaper(closing, { paper: '2025-03', person, reason: 'Too early' }, [])).rejects.toMatchObject({
			code: 'people.role',
		})
	await disableUser(its.state, { userId: 'rita', author: ana })
	await expect(preparePaper(closing, requestOf(view, rita))).rejects.toMatchObject({ code: 'people.disabled' })
	await expect(reviewPaper(closing, requestOf(view, ben))).rejects.toMatchObject({ code: 'close.state' })
	await preparePaper(closing, requestOf(view, ben))
	await expect(reviewPaper(closing, requestOf(view, ben))).rejects.toMatchObject({ code: 'close.four_eyes' })
	await reviewPaper(closing, requestOf(view, cleo))
	await expect(lockPaper(closing, requestOf(view, ben))).rejects.toMatchObject({ code: 'close.four_eyes' })
	const line = await lockPaper(closing, requestOf(view, cleo))
	expect(line).toMatchObject({ kind: 'paper.locked', paper: '2025-03', actor: 'cleo', actor_name: 'CLEO' })
	await expect(preparePaper(closing, requestOf(view, ana))).rejects.toMatchObject({ code: 'close.state' })
})

test('of two people who sign the same step at the same moment one is told that the other was first', async () => {
	const closing = its.closing()
	const view = await readPaper(closing, '2025-04')
	const both = await Promise.allSettled([
		preparePaper(closing, requestOf(view, ana)),
		preparePaper(closing, requestOf(view, ben)),
	])
	expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
	const refused = both.find((one) => one.status === 'rejected')!
	expect(refused.reason).toMatchObject({ code: 'close.state' })
	const { life } = await readPaper(closing, '2025-04')
	expect(refused.reason.message).toContain(`2025-04 is prepared (${life.preparer!.name}, `)
	await reopenPaper(closing, { paper: '2025-04', person: ben, reason: 'Begun by mistake' }, [])
	await expect(reopenPaper(closing, { paper: '2025-04', person: ben, reason: 'again' }, [])).rejects.toMatchObject({
		code: 'close.state',
	})
})

test('what blocks is signed over only with a reason, which stays on the paper', async () => {
	const { config, ...rest } = its.closing()
	const strict = { ...config, close: { ...config.close, materiality: [{ amount: '0', currency: 'EUR' }] } }
	const closing = { ...rest, config: { ...strict, company: { ...config.company, materiality: '0' } } }
	const view = await readPaper(closing, '2025-05')
	const request = requestOf(view, ana)
	await expect(preparePaper(closing, { ...request, overrides: {} })).rejects.toMatchObject({
		code: 'close.blocked',
		allowed: expect.arrayContaining(['period']),
	})
	await expect(preparePaper(closing, { ...request, overrides: { period: '  ' } })).rejects.toMatchObject({
		code: 'close.blocked',
	})
	await preparePaper(closing, request)
	const { life } = await readPaper(closing, '2025-05')
	expect(life.preparer!.overrides[0]).toEqual({
		reason: 'period',
		text: expect.stringContaining('has not ended'),
		why: 'known, see the mail',
	})
	await reopenPaper(closing, { paper: '2025-05', person: ben, reason: 'Too early' }, [])
	expect((await listPapers(closing)).find(({ paper }) => paper === '2025-05')).toMatchObject({
		state: 'open',
		overrides: 1,
	})
})

test('items have an owner by rule, and keep what people say about them', async () => {
	const { config, ...rest } = its.closing()
	const assign = [
		{ codes: ['unexplained'], owner: 'cleo' },
		{ above: '0', owner: 'ben', days: 3 },
	] as never
	const closing = { ...rest, config: { ...config, close: { ...config.close, assign } } }
	const items = await listItems(closing, '2025-04')
	expect(items.length).toBeGreaterThan(3)
	const [first, second] = items.filter(({ ownerRule }) => ownerRule === 2)
	expect(first).toMatchObject({ owner: 'ben', ownerRule: 2, status: 'open', dueDate: '2025-05-03' })
	const named = [first!.item, second!.item]
	const markup = '<script>alert(1)</script> & "see" the customer\u0000'
	await changeItems(closing, {
		paper: '2025-04',
		items: named,
		person: ana,
		change: { owner: 'ana', status: 'waiting', comment: markup, dueDate: '2025-05-09' },
	})
	const changed = await listItems(closing, '2025-04', { owner: 'ana' })
	expect(changed.map(({ item }) => item).sort()).toEqual([...named].sort())
	expect(changed[0]).toMatchObject({
		owner: 'ana',
		ownerRule: null,
		status: 'waiting',
		dueDate: '2025-05-09',
		comments: 1,
	})
	expect(
		(await listItems(closing, '2025-04', { due: '2025-05-10', status: 'unsettled', search: first!.customer_name }))
			.length,
	).toBeGreaterThan(0)
	const { events } = await readItem(closing, '2025-04', first!.item)
	expect(events.map(({ kind, text }) => [kind, text])).toEqual([
		['assigned', 'ana'],
		['status', 'waiting'],
		['due', '2025-05-09'],
		['commented', markup.trim()],
	])
	const change = (one: object) => changeItems(closing, { paper: '2025-04', items: named, person: ana, change: one })
	await expect(change({ status: 'accepted' })).rejects.toMatchObject({ code: 'close.reason' })
	await expect(change({ status: 'done' })).rejects.toMatchObject({
		code: 'close.item_value',
		allowed: expect.arrayContaining(['cleared']),
	})
	await expect(change({})).rejects.toMatchObject({ code: 'close.item_value' })
	await expect(
		changeItems(closing, { paper: '2025-04', items: ['timing:none'], person: ana, change: { owner: 'x' } }),
	).rejects.toMatchObject({ code: 'close.unknown_item' })
	await change({ status: 'accepted', reason: 'Below what matters' })
	expect(itemCounts(await listItems(closing, '2025-04')).counts.accepted).toBeGreaterThanOrEqual(2)
})

test('attachments are hashed, have no path, and leave nothing when they are too large or were cut off', async () => {
	const closing = its.closing()
	const [item] = await listItems(closing, '2025-04')
	const folder = path.join(closing.config.project.data, 'attachments')
	const [left, running] = [1, 2].map((one) => `.${one}0000000-0000-4000-8000-000000000000.part`)
	mkdirSync(folder, { recursive: true })
	for (const name of [left!, running!]) writeFileSync(path.join(folder, name), 'half of')
	const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000)
	utimesSync(path.join(folder, left!), twoDaysAgo, twoDaysAgo)
	const file = (name: string, ...parts: string[]) => ({
		name,
		mediaType: 'text/plain',
		stream: Readable.from(parts.map((one) => Buffer.from(one))),
	})
	const line = await attachFile(closing, {
		paper: '2025-04',
		item: item!.item,
		person: ana,
		file: file('../../etc/pass\nwd<b>\u202e.txt', 'hello ', 'auditor'),
	})
	const body = JSON.parse(line.body)
	expect(body).toMatchObject({ name: 'passwd<b>.txt', bytes: 13, media_type: 'text/plain' })
	const { project } = closing.config
	expect(await fileHash(attachmentFile(project, body.sha256))).toBe(body.sha256)
	expect(() => attachmentFile(project, '../state.sqlite')).toThrow('there is no attachment')
	const small = {
		...closing,
		config: { ...closing.config, close: { ...closing.config.close, attachment_limit: '1MB' } },
	}
	const large = {
		...file('x'),
		stream: Readable.from(
			(function* () {
				for (;;) yield Buffer.alloc(65_536)
			})(),
		),
	}
	await expect(
		attachFile(small, { paper: '2025-04', item: item!.item, person: ana, file: large }),
	).rejects.toMatchObject({ code: 'close.attachment_too_large' })
	expect(readdirSync(folder), 'what a killed process left goes, another upload stays').toEqual([running, body.sha256])
	rmSync(path.join(folder, running!))
})

test('a month is closed by two people, and its items then stay as they are', async () => {
	const line = await closePaper('2025-04')
	const [paper] = (await listPapers(its.closing())).filter((one) => one.paper === '2025-04')
	expect(paper).toMatchObject({ state: 'locked', preparer: 'ANA', reviewer: 'BEN', changes: 0 })
	expect(JSON.parse(line.body)).toMatchObject({
		role: 'reviewer',
		generation: '1',
		statement: expect.stringContaining('Locked'),
	})
	const [item] = await listItems(its.closing(), '2025-04')
	const change = { paper: '2025-04', items: [item!.item], person: ana, change: { comment: 'late' } }
	await expect(changeItems(its.closing(), change)).rejects.toMatchObject({ code: 'close.locked' })
	expect(await verifyDecisions({ state: its.state, project: its.closing().config.project })).toMatchObject({
		problems: [],
		attachments: 1,
	})
})

test('a build that was published after the page was opened refuses the signature, and says what changed', {
	timeout: 300_000,
}, async () => {
	const before = await readPaper(its.closing(), '2025-05')
	const { signed } = await its.runAt(day('2025-06-25'))
	// Whoever started the run is told what it changed in closed months.
	expect(signed).toContainEqual(expect.stringMatching(/^2025-03 was signed, and \d+ things have changed since$/))
	const refused = preparePaper(its.closing(), requestOf(before, ana))
	await expect(refused).rejects.toMatchObject({
		code: 'close.content_changed',
		message: expect.stringContaining('generation 2 was published after 1'),
	})
	await expect(refused).rejects.toThrow(/bookings was .* USD, is .*records: \d+ rows then, \d+ now/)
})

test('the same from the command line, as the person of a token', { timeout: 300_000 }, async () => {
	const tieout = async (environment: NodeJS.ProcessEnv, ...words: string[]) => {
		const said = { out: '', notes: '' }
		const to = (name: 'out' | 'notes') => ({
			write: (text: string) => {
				said[name] += text
			},
		})
		const signal = new AbortController().signal
		const code = await runCommandLine(words, {
			environment,
			out: to('out'),
			notes: to('notes'),
			signal,
			folder: its.project.folder,
		})
		return { code, ...said }
	}
	const author = { userId: 'system', name: 'test' }
	const token = async ({ userId }: Person) => ({
		TIEOUT_TOKEN: await issueToken(its.state, { userId, name: 'test', days: 1, author }),
	})
	const [asAna, asBen] = [await token(ana), await token(ben)]
	const status = await tieout({}, 'close', 'status', '2025-05')
	expect(status.out).toContain('2025-05 · open')
	const content = /content ([0-9a-f]{64})/.exec(status.out)![1]!
	const blocks = [...status.out.matchAll(/blocks {2}(\S+):/g)].map((match) => `${match[1]}=counted by hand`)
	const overrides = blocks.length > 0 ? ['--override', ...blocks] : []
	expect(await tieout(asAna, 'close', 'prepare', '2025-05')).toMatchObject({
		code: 2,
		notes: expect.stringContaining('--content'),
	})
	expect(await tieout({}, 'close', 'prepare', '2025-05', '--content', content, ...overrides)).toMatchObject({
		code: 2,
		notes: expect.stringContaining('nobody is signed in'),
	})
	expect(await tieout({ TIEOUT_TOKEN: 'tieout_stolen' }, 'close')).toMatchObject({
		code: 2,
		notes: expect.stringContaining('TIEOUT_TOKEN'),
	})
	for (const [environment, step, state] of [
		[asAna, 'prepare', 'prepared'],
		[asBen, 'review', 'reviewed'],
		[asBen, 'lock', 'locked'],
	] as const) {
		const said = await tieout(environment, 'close', step, '2025-05', '--content', content.slice(0, 16), ...overrides)
		expect(said).toMatchObject({ code: 0, out: expect.stringContaining(`2025-05: is ${state} by`) })
	}
	const journal = await tieout({}, 'close', 'journal', '2025-05')
	expect(journal).toMatchObject({ code: 0, notes: expect.stringMatching(/^whole: \d+ lines/) })
	expect(journal.out.trim().split('\n').at(-1)).toContain('paper.locked')
})

test('a back-dated edit is shown as exactly that record, and later invoices as cleared since', async () => {
	const view = await readChanges(its.closing(), '2025-04')
	expect(view.records).toMatchObject([
		{
			kind: 'changed',
			object: 'opportunity',
			source_id: edit.id,
			document_number: edit.number,
			changed_at: '2025-06-20 10:00:00',
		},
	])
	expect(view.records[0]!.fields).toMatchObject([{ field: 'amount', difference: '1000.0000' }])
	expect(view.records[0]!.changed_by).toMatch(/^[A-Z][^\d]+ /)
	expect(view.cells.map(({ figures }) => figures.map(({ measure }) => measure))).toEqual([['bookings', 'bookings']])
	expect(view.unaccepted).toHaveLength(2)
	expect(await readChanges(its.closing(), '2025-03')).toMatchObject({ cells: [] })
	const [row] = await restatement(its.closing())
	expect(row).toMatchObject({ paper: '2025-04', cause: 'record', measure: 'bookings', records: 1, isAccepted: false })
})

test('of an invoice of a signed month the ERP’s own note says who moved it and when, for its lines and postings too', async () => {
	const { records } = await readChanges(its.closing(), '2025-03')
	expect(new Set(records.map(({ object }) => object))).toEqual(new Set(['invoice', 'invoice_line', 'revenue_entry']))
	for (const { document_id: document, fields, changed_by: by, changed_at: at } of records) {
		expect([document, fields]).toEqual([
			`erp:${moved.id}`,
			[{ field: 'own_date', from: moved.before, to: moved.after }],
		])
		expect([by, at]).toEqual([moved.by, '2025-06-20 11:00:00'])
	}
})

test('an acceptance covers exactly the changes that were looked at', async () => {
	const closing = its.closing()
	const { unaccepted } = await readChanges(closing, '2025-04')
	const accept = (changes: string[], reason = 'The customer raised the order') =>
		acceptChanges(closing, { paper: '2025-04', person: ben, reason, changes })
	const reader = await its.person('rolf', 'reader')
	const byReader = { paper: '2025-04', person: reader, reason: 'I like it', changes: unaccepted }
	await expect(acceptChanges(closing, byReader)).rejects.toMatchObject({ code: 'people.role' })
	await expect(accept(unaccepted, ' ')).rejects.toMatchObject({ code: 'close.reason' })
	await expect(accept([])).rejects.toMatchObject({ code: 'close.nothing_to_accept' })
	await expect(accept(['0'.repeat(64)])).rejects.toMatchObject({ code: 'close.changes_moved' })
	await accept(unaccepted.slice(0, 1))
	expect((await readChanges(closing, '2025-04')).unaccepted).toEqual(unaccepted.slice(1))
	await accept(unaccepted.slice(1))
	await expect(accept(unaccepted)).rejects.toMatchObject({ code: 'close.changes_moved' })
	const papers = await listPapers(closing)
	expect(papers.find(({ paper }) => paper === '2025-04')).toMatchObject({ state: 'locked', changes: 0 })
	expect((await restatement(closing))[0]).toMatchObject({ isAccepted: true })
})

// The quick tests build a signed period again once, in test/server/bundle.test.ts.
test.runIf(isThorough)(
	'a generation that was removed is built again as of its moment, with the signed hash',
	{
		timeout: 300_000,
	},
	async () => {
		const closing = its.closing()
		const { life } = await readPaper(closing, '2025-04')
		const { published } = closing.config.project
		renameSync(path.join(published, '1.duckdb'), path.join(published, 'elsewhere'))
		await its.state.db.deleteFrom('close_changes').execute()
		await expect(readChanges(closing, '2025-04')).rejects.toMatchObject({ code: 'close.generation_gone' })
		expect(await restoreGeneration(closing, '2025-04')).toEqual({ generation: '1', hash: life.locker!.contentHash })
		expect((await readChanges(closing, '2025-04')).records).toHaveLength(1)
		await expect(restoreGeneration(closing, '2025-04')).rejects.toMatchObject({ code: 'close.generation_kept' })
		rmSync(path.join(published, 'elsewhere'))
	},
)

test('with a paper for each legal entity, the company’s is locked after them', async () => {
	const { config, ...rest } = its.closing()
	const closing = { ...rest, config: { ...config, close: { ...config.close, per_entity: true } } }
	const papers = (await listPapers(closing)).filter(({ periodId }) => periodId === '2025-04').map(({ paper }) => paper)
	expect(papers).toContain('2025-04:US')
	expect(papers.at(-1)).toBe('2025-04')
	const own = await readPaper(closing, '2025-04:US')
	expect(own.content).toMatchObject({ entity: 'US', paper: '2025-04:US' })
	const all = await readPaper(closing, '2025-04')
	expect(own.content.tables['records']!.rows).toBeLessThan(all.content.tables['records']!.rows)
	const { reasons } = await readPaper(closing, '2025-04', { step: 'locked' })
	expect(reasons.filter(({ kind, blocks }) => kind === 'entity' && blocks).map(({ id }) => id)).toContain('entity:US')
})

test('opening a paper again takes a reason and marks the later ones that are signed', async () => {
	const closing = its.closing()
	const later = ['2025-04', '2025-05']
	await reopenPaper(closing, { paper: '2025-03', person: ben, reason: 'A credit note was missed' }, later)
	const papers = await listPapers(closing)
	expect(papers.slice(0, 3).map(({ state, round, marks }) => ({ state, round, marks }))).toEqual([
		{ state: 'open', round: 2, marks: 0 },
		{ state: 'locked', round: 2, marks: 1 },
		{ state: 'locked', round: 2, marks: 1 },
	])
	const { life } = await readPaper(closing, '2025-03')
	expect(life.signatures.map(({ step, round }) => `${step} ${round}`)).toEqual(['prepared 1', 'reviewed 1', 'locked 1'])
})

test('a document or an attachment that was changed is named with the line that it belongs to', async () => {
	const { project } = its.closing().config
	const folder = path.join(project.data, 'attachments')
	const [name] = readdirSync(folder)
	writeFileSync(path.join(folder, name!), 'hello forger!')
	await sql`drop trigger close_contents_no_update`.execute(its.state.db)
	const { life } = await readPaper(its.closing(), '2025-04')
	await its.state.db
		.updateTable('close_contents')
		.set({ content: '{}' })
		.where('hash', '=', life.locker!.contentHash)
		.execute()
	const { problems } = await verifyDecisions({ state: its.state, project })
	expect(problems).toEqual(
		expect.arrayContaining([
			expect.stringMatching(/^the attachment that line \d+ names was changed/),
			expect.stringMatching(/^the content that line \d+ names was changed/),
		]),
	)
	expect(problems).toHaveLength(2)
	await expect(signedContent(its.closing(), life.locker!)).rejects.toMatchObject({ code: 'journal.document' })
})

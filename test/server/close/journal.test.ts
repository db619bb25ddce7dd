import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { canonicalJson } from '../../../server/close/canonical-json.ts'
import { appendJournal, lineHash, noHash, requireJournal, verifyJournal } from '../../../server/close/journal.ts'
import { openState } from '../../../server/state.ts'
import { stateFixture } from '../state-fixture.ts'

const { state, folder, remove } = await stateFixture()
afterAll(remove)
const ana = { userId: 'u1', name: 'Ana <b>Prado</b>' }
const open = `
		const { openState } = await import(${JSON.stringify(path.resolve('server/state.ts'))})
		const { appendJournal } = await import(${JSON.stringify(path.resolve('server/close/journal.ts'))})
		const state = await openState(${JSON.stringify(state.path)})`
const at = (text: string) => ({ now: () => new Date(text) })

test('lines are numbered from 1, chained, and say who did what', async () => {
	const first = await appendJournal(
		state.db,
		{ kind: 'paper.prepared', paper: '2026-10', actor: ana, body: { b: '10.00', a: [1, null] } },
		at('2026-11-05T09:00:00.000Z'),
	)
	const second = await appendJournal(state.db, { kind: 'user.added', actor: 'system' }, at('2026-11-05T09:00:01Z'))
	expect(first).toMatchObject({ seq: 1, previous_hash: noHash, body: '{"a":[1,null],"b":"10.00"}' })
	expect(first.hash).toBe(lineHash(first))
	expect(second).toMatchObject({ seq: 2, previous_hash: first.hash, paper: null, actor: 'system', body: '{}' })
	expect(await verifyJournal(state)).toEqual({ lines: 2, head: second.hash })
})

test('a clock that was set back does not: the line keeps the time before it, and what the clock said', async () => {
	const line = await appendJournal(state.db, { kind: 'x', actor: ana }, at('2020-01-01T00:00:00.000Z'))
	expect(line).toMatchObject({ at: '2026-11-05T09:00:01.000Z', body: '{"clock_said":"2020-01-01T00:00:00.000Z"}' })
})

test('a transaction that fails leaves no line behind', async () => {
	const before = await verifyJournal(state)
	const failing = state.db.transaction().execute(async (transaction) => {
		await appendJournal(transaction, { kind: 'half', actor: ana })
		throw new Error('stop')
	})
	await expect(failing).rejects.toThrow('stop')
	expect(await verifyJournal(state)).toEqual(before)
})

test('two processes at the same moment stand one behind the other', async () => {
	const child = spawn(process.execPath, [
		'--input-type=module',
		'-e',
		`${open}
		for (let index = 0; index < 20; index++) await appendJournal(state.db, { kind: 'theirs', actor: 'system' })
		await state.close()`,
	])
	const ended = once(child, 'exit')
	for (let index = 0; index < 20; index++) {
		await appendJournal(state.db, { kind: 'ours', actor: ana, body: { index } })
		await delay(2)
	}
	expect((await ended)[0]).toBe(0)
	const verdict = await verifyJournal(state)
	expect(verdict.firstBad).toBeUndefined()
	expect(verdict.lines).toBe(43)
})

test('the state refuses to change or remove a line, or to put one beside the chain', async () => {
	await expect(state.db.updateTable('journal').set({ body: '{}' }).execute()).rejects.toThrow('append-only')
	await expect(state.db.deleteFrom('journal').execute()).rejects.toThrow('append-only')
	const stray = { seq: 99, at: 'x', kind: 'x', paper: null, item: null, actor: 'x', actor_name: 'x', body: '{}' }
	await expect(
		state.db
			.insertInto('journal')
			.values({ ...stray, previous_hash: noHash, hash: 'x' })
			.execute(),
	).rejects.toThrow('follows the last one')
})

test.each([
	['changed', `update journal set body = '{"a":[2,null],"b":"10.00"}' where seq = 1`, 1, 'it was changed'],
	['under another name', `update journal set actor_name = 'Ben' where seq = 1`, 1, 'it was changed'],
	['taken out', 'delete from journal where seq = 3', 3, 'line 3 is missing'],
	['cut off at the end', 'delete from journal where seq > 42', 43, 'the end is missing'],
])('a line that was %s behind our back is named', async (how, statement, seq, problem) => {
	const file = path.join(folder, `tampered-${how}.sqlite`)
	await sql.raw(`vacuum into '${file}'`).execute(state.db)
	const sqlite = new DatabaseSync(file)
	sqlite.exec('drop trigger journal_no_update; drop trigger journal_no_delete')
	sqlite.exec(statement)
	sqlite.close()
	const tampered = await openState(file)
	const verdict = await verifyJournal(tampered)
	expect(verdict.firstBad).toMatchObject({ seq })
	expect(verdict.firstBad?.problem).toContain(problem)
	await expect(requireJournal(tampered)).rejects.toMatchObject({ code: 'journal.broken' })
	await tampered.close()
})

test('a process killed in the middle of its transaction leaves a whole journal', async () => {
	const before = await verifyJournal(state)
	const script = `${open}
		await state.db.transaction().execute(async (transaction) => {
			await appendJournal(transaction, { kind: 'half', actor: 'system' })
			process.kill(process.pid, 'SIGKILL')
			await new Promise((resolve) => setTimeout(resolve, 5000))
		})`
	const killed = spawnSync(process.execPath, ['--input-type=module', '-e', script])
	expect(killed.signal).toBe('SIGKILL')
	expect(await verifyJournal(state)).toEqual(before)
	await appendJournal(state.db, { kind: 'after', actor: 'system' })
	expect((await verifyJournal(state)).firstBad).toBeUndefined()
})

test('canonical JSON has one spelling and no fractions', () => {
	expect(canonicalJson({ b: 'é"', a: { d: undefined, c: [true, 12] } })).toBe('{"a":{"c":[true,12]},"b":"é\\""}')
	expect(() => canonicalJson({ amount: 1.5 })).toThrow('1.5 is no whole number')
})

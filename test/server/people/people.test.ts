import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Closing } from '../../../server/close/closing.ts'
import { verifyJournal } from '../../../server/close/journal.ts'
import { decideLink, decideLinks } from '../../../server/links/decisions.ts'
import { accountOf, addUser, disableUser, enableUser, setPassword, setRole } from '../../../server/people/accounts.ts'
import { signIn } from '../../../server/people/login.ts'
import { checkPassword, hashPassword } from '../../../server/people/password.ts'
import { ownerOfSession, sessionLimits } from '../../../server/people/sessions.ts'
import { issueToken, personOfToken, revokeToken, tokensOf } from '../../../server/people/tokens.ts'
import { stateFixture } from '../state-fixture.ts'

/** As little as scrypt takes: what is slow is not what is tested. */
const cost = { N: 2 ** 4, r: 1, p: 1 }
const author = { userId: 'system', name: 'root, on this machine' }
const words = 'four words of mine'

let fixture: Awaited<ReturnType<typeof stateFixture>>
let clock = Date.parse('2026-11-04T09:00:00Z')
const now = () => clock

beforeAll(async () => {
	fixture = await stateFixture()
	await add('ana', { role: 'reviewer', isAdmin: true, email: 'Ana.Lima@Acme.example' })
	await add('ben')
})

afterAll(() => fixture.remove())

async function add(userId: string, more: Partial<Parameters<typeof addUser>[1]> = {}) {
	const base = { userId, name: userId, email: null, role: 'preparer' as const, isAdmin: false, isInitial: false }
	return await addUser(fixture.state, { ...base, password: words, author, ...more }, { now, cost })
}

async function enter(account: string, password: string, address = '10.0.0.1') {
	return await signIn(fixture.state, { account, password, address }, { now, cost })
}

async function codeOf(work: Promise<unknown>): Promise<string> {
	return await work.then(
		() => 'fine',
		(error) => String(error.code),
	)
}

describe('accounts', () => {
	test('an id is never given twice, an e-mail address is one person’s whatever its case', async () => {
		expect(await codeOf(add('ana'))).toBe('user.exists')
		expect(await codeOf(add('anna', { email: 'ana.lima@acme.example' }))).toBe('user.exists')
		expect(await codeOf(add('system'))).toBe('user.value')
		expect(await codeOf(add('Ana Lima'))).toBe('user.value')
	})

	test.each(['short', 'aaaaaaaaaaaaaaaa', 'cora-cora-cora'])('"%s" is no password', async (password) => {
		expect(await codeOf(add('cora', { password }))).toBe('password.weak')
	})

	test('the last administrator stays one', async () => {
		const change = { userId: 'ana', role: 'reviewer' as const, isAdmin: false, author }
		expect(await codeOf(setRole(fixture.state, change))).toBe('user.last_admin')
		expect(await codeOf(disableUser(fixture.state, { userId: 'ana', author }))).toBe('user.last_admin')
	})

	test('nobody is deleted', async () => {
		await expect(fixture.state.db.deleteFrom('users').where('user_id', '=', 'ben').execute()).rejects.toThrow(
			/disabled, never deleted/,
		)
	})

	test('what happens to people is in the journal, without a secret', async () => {
		const lines = await fixture.state.db.selectFrom('journal').selectAll().execute()
		expect(lines.map(({ kind, actor, body }) => [kind, actor, JSON.parse(body).user_id])).toEqual([
			['user.added', 'system', 'ana'],
			['user.added', 'system', 'ben'],
		])
		expect(JSON.stringify(lines)).not.toMatch(/scrypt|four words/)
		expect((await verifyJournal(fixture.state)).firstBad).toBeUndefined()
	})
})

describe('passwords', () => {
	test('letters that look the same are the same, however they are composed', async () => {
		const kept = await hashPassword('caf\u00e9 and a long walk', cost)
		expect(await checkPassword('cafe\u0301 and a long walk', kept, cost)).toEqual({ isRight: true, isOutdated: false })
	})

	test('one that was kept at another cost is kept anew when its owner signs in', async () => {
		await add('dora')
		const before = await hashOf('dora')
		await signIn(
			fixture.state,
			{ account: 'dora', password: words, address: '10.0.0.4' },
			{ now, cost: { ...cost, N: 32 } },
		)
		expect([before, await hashOf('dora')].map((kept) => kept?.split('$')[1])).toEqual(['16', '32'])
		expect(await codeOf(enter('dora', words))).toBe('fine')
	})

	async function hashOf(userId: string) {
		const row = await fixture.state.db
			.selectFrom('users')
			.select('password_hash')
			.where('user_id', '=', userId)
			.executeTakeFirst()
		return row?.password_hash
	}
})

describe('signing in', () => {
	test('by id or e-mail address, and the session is kept as its sha256 alone', async () => {
		const { sessionId } = await enter(' ANA.lima@acme.example ', words)
		expect((await ownerOfSession(fixture.state, sessionId, { now }))?.person).toMatchObject({
			userId: 'ana',
			role: 'reviewer',
		})
		const kept = await fixture.state.db.selectFrom('sessions').selectAll().execute()
		expect(JSON.stringify(kept)).not.toContain(sessionId)
	})

	test('an unknown name, a wrong password and a disabled account have one answer', async () => {
		await add('emil')
		await disableUser(fixture.state, { userId: 'emil', author }, { now })
		const answers = await Promise.all(
			[
				['nobody', words],
				['ben', 'not his'],
				['emil', words],
			].map(([account, password], index) =>
				enter(account!, password!, `10.1.0.${index}`).catch((error) => `${error.code} ${error.message} ${error.next}`),
			),
		)
		expect(new Set(answers).size).toBe(1)
		expect(answers[0]).toMatch(/^login\.wrong /)
	})

	test('a session ends an hour after its last request, and after twelve hours in any case', async () => {
		const idle = await enter('ana', words)
		clock += sessionLimits.idle - 1
		expect(await ownerOfSession(fixture.state, idle.sessionId, { now })).not.toBeNull()
		clock += sessionLimits.idle
		expect(await ownerOfSession(fixture.state, idle.sessionId, { now })).toBeNull()
		const busy = await enter('ana', words)
		const end = clock + sessionLimits.whole
		while (clock + sessionLimits.idle / 2 < end) {
			clock += sessionLimits.idle / 2
			expect(await ownerOfSession(fixture.state, busy.sessionId, { now })).not.toBeNull()
		}
		clock = end
		expect(await ownerOfSession(fixture.state, busy.sessionId, { now })).toBeNull()
	})

	test('sessions end with the password, and when the account is disabled', async () => {
		const first = await enter('ben', words)
		await setPassword(
			fixture.state,
			{ userId: 'ben', password: 'another four words', isInitial: false, author },
			{ now, cost },
		)
		expect(await ownerOfSession(fixture.state, first.sessionId, { now })).toBeNull()
		const second = await enter('ben', 'another four words')
		await disableUser(fixture.state, { userId: 'ben', author }, { now })
		expect(await ownerOfSession(fixture.state, second.sessionId, { now })).toBeNull()
		await enableUser(fixture.state, { userId: 'ben', author }, { now })
		expect(await ownerOfSession(fixture.state, second.sessionId, { now })).toBeNull()
		expect(await codeOf(enter('ben', 'another four words'))).toBe('fine')
	})
})

describe('what changes while a password is compared', () => {
	/** Compared for so long that something else comes first. */
	const slow = { N: 2 ** 15, r: 8, p: 1 }

	async function meanwhile(userId: string, change: () => Promise<unknown>): Promise<string> {
		await addUser(
			fixture.state,
			{ userId, name: userId, email: null, role: 'reader', isAdmin: false, isInitial: false, password: words, author },
			{ now, cost: slow },
		)
		const entering = codeOf(
			signIn(fixture.state, { account: userId, password: words, address: userId }, { now, cost: slow }),
		)
		const counted = fixture.state.db.selectFrom('login_failures').selectAll()
		for (const before = (await counted.execute()).length; (await counted.execute()).length === before; )
			await setImmediate()
		await change()
		return await entering
	}

	test('whoever is disabled does not come in', async () => {
		const disable = () => disableUser(fixture.state, { userId: 'ida', author }, { now })
		expect(await meanwhile('ida', disable)).toBe('login.wrong')
	})

	test('nor does who has another password by then', async () => {
		const change = { userId: 'jan', password: 'another four words', isInitial: false, author }
		expect(await meanwhile('jan', () => setPassword(fixture.state, change, { now, cost }))).toBe('login.wrong')
	})

	test('a session and a token that are there all the same are nobody’s', async () => {
		await add('kim')
		const { sessionId } = await enter('kim', words)
		const token = await issueToken(fixture.state, { userId: 'kim', name: 'script', days: null, author }, { now })
		const left = { disabled_at: new Date(clock).toISOString() }
		await fixture.state.db.updateTable('users').set(left).where('user_id', '=', 'kim').execute()
		expect(await ownerOfSession(fixture.state, sessionId, { now })).toBeNull()
		expect(await personOfToken(fixture.state, token, { now })).toBeNull()
	})
})

describe('failed logins', () => {
	test('the fifth waits, then each waits twice as long; the right password waits too, and says how long', async () => {
		await add('fay')
		for (let count = 0; count < 4; count++) expect(await codeOf(enter('fay', 'wrong'))).toBe('login.wrong')
		expect(await codeOf(enter('fay', 'wrong'))).toBe('login.wrong')
		await expect(enter('fay', words)).rejects.toThrow('too many failed attempts: the next is possible in 1 s')
		clock += 1000
		expect(await codeOf(enter('fay', 'wrong'))).toBe('login.wrong')
		await expect(enter('fay', words)).rejects.toThrow('possible in 2 s')
		clock += 2000
		expect(await codeOf(enter('fay', words))).toBe('fine')
		expect(await codeOf(enter('fay', 'wrong'))).toBe('login.wrong')
		expect(await codeOf(enter('fay', words))).toBe('fine')
	})

	test('many at once are counted one by one', async () => {
		await add('gil')
		const answers = await Promise.all(Array.from({ length: 12 }, () => codeOf(enter('gil', 'wrong', '10.9.0.1'))))
		expect(answers.filter((code) => code === 'login.wrong')).toHaveLength(5)
		expect(answers.filter((code) => code === 'login.wait')).toHaveLength(7)
	})

	test('an address that tries many names waits as well; a wait outlives a restart', async () => {
		for (let count = 0; count < 20; count++) await codeOf(enter(`guess${count}`, 'wrong', '10.9.0.9'))
		await expect(enter('another', 'wrong', '10.9.0.9')).rejects.toMatchObject({ code: 'login.wait' })
		expect(await codeOf(enter('another', 'wrong', '10.9.0.8'))).toBe('login.wrong')
		const kept = await fixture.state.db.selectFrom('login_failures').selectAll().execute()
		expect(kept.some((row) => row.waits_until !== null)).toBe(true)
		expect(JSON.stringify(kept)).not.toMatch(/guess|10\.9/)
	})

	test('a password that is set anew ends the wait', async () => {
		await setPassword(
			fixture.state,
			{ userId: 'gil', password: 'words of another kind', isInitial: false, author },
			{ now, cost },
		)
		expect(await codeOf(enter('gil', 'words of another kind', '10.9.1.1'))).toBe('fine')
	})
})

describe('personal tokens', () => {
	test('a token is its person until it ends, is revoked, or the account is disabled', async () => {
		await add('hana')
		const make = () => issueToken(fixture.state, { userId: 'hana', name: 'laptop', days: 1, author }, { now })
		const [ending, revoked, last] = [await make(), await make(), await make()]
		expect(await personOfToken(fixture.state, ending, { now })).toMatchObject({ userId: 'hana', role: 'preparer' })
		const { tokenId } = (await tokensOf(fixture.state, 'hana'))[1]!
		expect(await codeOf(revokeToken(fixture.state, { userId: 'ana', tokenId, author }, { now }))).toBe('token.unknown')
		expect(await personOfToken(fixture.state, revoked, { now })).toMatchObject({ userId: 'hana' })
		await revokeToken(fixture.state, { userId: 'hana', tokenId, author }, { now })
		expect(await personOfToken(fixture.state, revoked, { now })).toBeNull()
		expect(await codeOf(revokeToken(fixture.state, { userId: 'hana', tokenId, author }, { now }))).toBe('token.unknown')
		clock += 86_400_000
		expect(await personOfToken(fixture.state, ending, { now })).toBeNull()
		clock -= 86_400_000
		await disableUser(fixture.state, { userId: 'hana', author }, { now })
		await enableUser(fixture.state, { userId: 'hana', author }, { now })
		expect(await personOfToken(fixture.state, last, { now })).toBeNull()
	})

	test('of a token only the sha256 is kept, and no guess is one', async () => {
		const token = await issueToken(fixture.state, { userId: 'ana', name: 'script', days: null, author }, { now })
		expect(token).toMatch(/^tieout_[\w-]{43}$/)
		const kept = await fixture.state.db.selectFrom('user_tokens').selectAll().execute()
		expect(JSON.stringify(kept)).not.toContain(token.slice(7))
		for (const guess of ['', 'tieout_', `${token}x`, token.slice(0, -1), token.slice(7)])
			expect(await personOfToken(fixture.state, guess, { now })).toBeNull()
	})
})

test('an account knows when it was made and last used', async () => {
	expect(await accountOf(fixture.state, 'ana')).toMatchObject({ isAdmin: true, disabledAt: null, tokenCount: 1 })
	expect(await codeOf(accountOf(fixture.state, 'nobody'))).toBe('user.unknown')
})

test('whoever is no preparer decides no link, by whatever way it comes', async () => {
	const closing = {} as Closing
	const person = { userId: 'rea', name: 'Rea', email: null, role: 'reader' as const, isAdmin: true }
	const one = { verb: 'link' as const, crmId: 'crm:1', erpId: 'erp:1', reason: 'the same', person }
	const file = { file: 'links.csv', lines: [], reason: 'the same', person }
	expect(await codeOf(decideLink(closing, one))).toBe('people.role')
	expect(await codeOf(decideLinks(closing, file))).toBe('people.role')
	expect(await codeOf(decideLink(closing, { ...one, person: null }))).toBe('people.nobody')
	expect(await codeOf(decideLinks(closing, { ...file, person: null }))).toBe('people.nobody')
})

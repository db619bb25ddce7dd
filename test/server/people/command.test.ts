import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { userWith } from '../../../server/commands/user.ts'
import { errorLines } from '../../../server/errors.ts'
import { createLog } from '../../../server/log.ts'
import { type PasswordInput, readPassword } from '../../../server/password-prompt.ts'
import { styleOf } from '../../../server/terminal.ts'
import { commandLine } from '../command-line.ts'

const line = commandLine()
beforeAll(() => line.project(''))
afterAll(() => line.remove())

/** `tieout user <words>` with what is typed. */
async function user(names: string[], flags: Record<string, unknown> = {}, typed = '') {
	const said = { out: '', notes: '', code: 0 }
	const stream = (name: 'out' | 'notes') => ({
		write: (text: string) => {
			said[name] += text
		},
	})
	const [out, notes] = [stream('out'), stream('notes')]
	const context = {
		folder: line.folder,
		isJson: flags['json'] === true,
		isVerbose: false,
		environment: {},
		out,
		notes,
		outStyle: styleOf(out, {}),
		notesStyle: styleOf(notes, {}),
		hint: (text: string) => text,
		signal: new AbortController().signal,
		log: createLog({ level: 'silent' }),
	}
	said.code = await userWith(context, { names, flags }, Readable.from([typed]), { cost: { N: 16, r: 1, p: 1 } }).catch(
		(error) => {
			said.notes += errorLines(error).join('\n')
			return 2
		},
	)
	return said
}

test('the first person is added on the machine; the password comes from standard input and is nowhere to be seen', async () => {
	expect((await user([])).out).toContain('nobody has an account')
	const added = await user(['add', 'ana'], { name: 'Ana Lima', role: 'reviewer', admin: true }, 'four words of mine\n')
	expect(added).toMatchObject({ code: 0, out: 'ana is added as reviewer\n' })
	const { out } = await user(['list'])
	expect(out).toBe(
		'user_id\tname\temail\trole\tis_admin\tstate\tsigned_in_at\ttokens\nana\tAna Lima\t-\treviewer\tyes\tactive\t-\t0\n',
	)
	expect(`${added.out}${added.notes}`).not.toContain('four words')
})

test('a token takes the password of its person, and is the only thing on standard output', async () => {
	const made = await user(['token', 'ana'], { days: '7' }, 'four words of mine\n')
	expect(made.out).toMatch(/^tieout_[\w-]{43}\n$/)
	expect((await user(['token', 'ana'], {}, 'wrong\n')).notes).toMatch(
		/^the name and the password do not belong together/,
	)
	expect((await user(['token', 'ana'], { list: true })).out).toMatch(/^token_id\tname.*\n1\tcommand line\t/)
	expect((await user(['token', 'ana'], { revoke: '1' })).out).toBe('token 1 of ana is revoked\n')
	expect((await user(['token', 'ana'], { revoke: '1' })).code).toBe(2)
})

test.each([
	[['addd', 'x'], {}, /user can't be "addd"/],
	[['add'], {}, /whom\? add needs the id/],
	[['add', 'ben'], { role: 'boss' }, /there is no role boss[\s\S]*allowed: reader, preparer, reviewer/],
	[['add', 'ben'], {}, /no password came/],
	[['role', 'ana', 'reader'], {}, /ana|only administrator/],
	[['password', 'nobody'], {}, /there is no person nobody/],
	[['token', 'ana'], { days: '9999' }, /--days is "9999"/],
])('%o %o is refused with what is allowed', async (names, flags, message) => {
	const said = await user(names, flags)
	expect(said.code).toBe(2)
	expect(said.notes).toMatch(message)
})

test('roles, disabling and enabling say what they did', async () => {
	await user(['add', 'ben'], {}, 'four words of his\n')
	expect((await user(['role', 'ben', 'reviewer'])).out).toBe('ben is reviewer from now on\n')
	expect((await user(['disable', 'ben'])).out).toMatch(/^ben is disabled/)
	expect((await user(['disable', 'ben'])).notes).toMatch(/ben is disabled already/)
	expect(JSON.parse((await user(['enable', 'ben'], { json: true })).out)).toMatchObject({
		schema: 'tieout.user/1',
		is_disabled: false,
	})
	expect((await user(['password', 'ben'], {}, 'short\n')).notes).toMatch(
		/the password is not taken: it has 5 characters/,
	)
})

test('the words of the command line are those of the parser', async () => {
	const { code, out } = await line.tieout('user', 'list', '--json')
	expect([code, JSON.parse(out).users.map((one: { user_id: string }) => one.user_id)]).toEqual([0, ['ana', 'ben']])
})

function terminal(): PasswordInput & { type(keys: string): void; modes: boolean[] } {
	const modes: boolean[] = []
	const stream = new PassThrough()
	const setRawMode = (isRaw: boolean) => modes.push(isRaw)
	return Object.assign(stream, { isTTY: true, setRawMode, modes, type: (keys: string) => void stream.write(keys) })
}

test('on a terminal nothing typed is shown; backspace works on whole characters, and the second must be the first', async () => {
	const input = terminal()
	let shown = ''
	const notes = { write: (text: string) => (shown += text) }
	const asked = readPassword(
		{ question: 'password: ', isNew: true },
		{ input, notes, signal: new AbortController().signal },
	)
	input.type('gar\u00e7onx\u007F\u{1F600}\u007F\r')
	await new Promise((resolve) => setTimeout(resolve, 20))
	input.type('gar\u00e7on\r')
	expect(await asked).toBe('gar\u00e7on')
	expect(shown).toBe('password: \nthe same again: \n')
	expect(input.modes).toEqual([true, false, true, false])
})

test('Ctrl-C at the prompt changes nothing', async () => {
	const input = terminal()
	const asked = readPassword(
		{ question: '', isNew: false },
		{ input, notes: { write: () => {} }, signal: new AbortController().signal },
	)
	input.type('abc\u0003')
	await expect(asked).rejects.toThrow('stopped: nothing was changed')
	expect(input.modes).toEqual([true, false])
})

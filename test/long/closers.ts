import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseHTML } from 'linkedom'

/** Two people: the first prepares, the second reviews and locks. */
const people = [
	{ id: 'ana', role: 'preparer' },
	{ id: 'ben', role: 'reviewer' },
] as const
type Person = (typeof people)[number]['id']

/** A step of signing, and whose it is. */
export const steps = [
	{ step: 'prepared', command: 'prepare', person: 'ana' },
	{ step: 'reviewed', command: 'review', person: 'ben' },
	{ step: 'locked', command: 'lock', person: 'ben' },
] as const
type Step = (typeof steps)[number]

/** How two people close months: each way does the same things. Figures are of what it found. */
export type Closer = {
	/** A day of work begins: the company's clock has been set. */
	begin(): Promise<void>
	/** What is small is accepted, what is large is given to somebody with a comment and a file. Answers how many items there are. */
	workItems(paper: string): Promise<number>
	/** Signs; what blocks is overridden. Answers the ids of what blocked. */
	sign(paper: string, step: Step): Promise<string[]>
	/** Accepts what changed since the signature of a paper. Answers how many changes. */
	accept(paper: string): Promise<number>
	/** The evidence bundle of the newest signature, as a file. */
	bundle(paper: string): Promise<string>
	end(): Promise<void>
}

const why = 'looked at by hand, see the mail of the auditor'
const small = { code: 'rounding', status: 'open' }

/** By `tieout close`, each person with a token of their own. */
export async function commandCloser(folder: string): Promise<Closer> {
	await addPeople(folder)
	const tokens = new Map<Person, string>()
	const as = (person: Person, ...words: string[]) => tieout(folder, words, { TIEOUT_TOKEN: tokens.get(person)! })
	const items = async (paper: string, ...filters: string[]): Promise<{ item: string }[]> =>
		JSON.parse(await as('ana', 'close', 'items', paper, ...filters, '--json')).items
	return {
		begin: async () => {
			for (const { id } of people) {
				const said = await tieout(folder, ['user', 'token', id, '--json'], { typed: `${password(id)}\n` })
				tokens.set(id, JSON.parse(said).token)
			}
		},
		workItems: async (paper) => {
			const all = await items(paper)
			const filters = Object.entries(small).map(([name, value]) => `${name}=${value}`)
			if ((await items(paper, ...filters)).length > 0)
				await as('ana', 'close', 'items', paper, ...filters, '--status', 'accepted', '--reason', 'below a cent a line')
			const mail = path.join(folder, 'mail.txt')
			writeFileSync(mail, `The invoices of ${paper} follow on Friday.\n`)
			const about = ['--owner', 'ana', '--status', 'waiting', '--comment', 'asked the customer', '--attach', mail]
			if (all[0]) await as('ana', 'close', 'item', paper, all[0].item, ...about)
			return all.length
		},
		sign: async (paper, { command, person }) => {
			const view = JSON.parse(await as(person, 'close', 'status', paper, '--json'))
			const blocking = (view.reasons as { id: string; blocks: boolean }[]).flatMap(({ id, blocks }) =>
				blocks ? id : [],
			)
			const overrides = blocking.flatMap((id) => ['--override', `${id}=${why}`])
			await as(person, 'close', command, paper, '--content', view.content_hash.slice(0, 16), ...overrides)
			return blocking
		},
		accept: async (paper) => {
			const view = JSON.parse(await as('ben', 'close', 'changes', paper, '--json'))
			const given = ['--changes', view.digest.slice(0, 16), '--reason', 'agreed with sales']
			if (view.unaccepted.length > 0) await as('ben', 'close', 'accept', paper, ...given)
			return view.unaccepted.length
		},
		bundle: async (paper) => (await as('ben', 'bundle', paper)).trim(),
		end: async () => {},
	}
}

/** By the pages of `tieout serve`, each person in a browser of their own, without script. */
export async function pageCloser(folder: string): Promise<Closer> {
	await addPeople(folder)
	let server: ChildProcess | undefined
	let browsers = new Map<Person, Browser>()
	const of = (person: Person) => browsers.get(person)!
	const end = async () => {
		if (!server || server.exitCode !== null) return
		server.kill('SIGTERM')
		await once(server, 'close')
	}
	return {
		begin: async () => {
			await end()
			const started = await serve(folder)
			server = started.server
			browsers = new Map()
			for (const { id } of people) browsers.set(id, await signedIn(started.url, id))
		},
		workItems: async (paper) => {
			const list = `/close/${paper}/items`
			const { items } = await of('ana').document(list)
			const filtered = `${list}?${new URLSearchParams(small)}`
			if ((await of('ana').document(filtered)).items.length > 0)
				await of('ana').send(filtered, list, { all: 'yes', status: 'accepted', reason: 'below a cent a line' })
			if (items[0]) {
				const about = { item: items[0].item, owner: 'ana', status: 'waiting', comment: 'asked the customer' }
				await of('ana').send(list, list, about)
				const item = `${list}/${encodeURIComponent(items[0].item)}`
				await of('ana').attach(item, new File([`The invoices of ${paper} follow.\n`], 'mail.txt'))
			}
			return items.length
		},
		sign: async (paper, { step, person }) => {
			const address = `/close/${paper}/sign`
			const form = await of(person).page(`${address}?step=${step}`)
			const names = [...form.querySelectorAll('[name^="why:"]')].map((one) => one.getAttribute('name')!)
			await of(person).send(`${address}?step=${step}`, address, Object.fromEntries(names.map((name) => [name, why])))
			return names.map((name) => name.slice('why:'.length))
		},
		accept: async (paper) => {
			const page = await of('ben').page(`/close/${paper}/changes`)
			const changes = page.querySelectorAll('input[name=change]').length
			if (changes > 0)
				await of('ben').send(`/close/${paper}/changes`, `/close/${paper}/accept`, { reason: 'agreed with sales' })
			return changes
		},
		bundle: async (paper) => {
			const file = path.join(folder, `${paper}.zip`)
			writeFileSync(file, await of('ben').bytes(`/close/${paper}/bundle.zip`))
			return file
		},
		end,
	}
}

async function addPeople(folder: string): Promise<void> {
	for (const { id, role } of people)
		await tieout(folder, ['user', 'add', id, '--role', role], { typed: `${password(id)}\n${password(id)}\n` })
}

function password(person: Person): string {
	return `a long sentence of ${person}`
}

const main = path.join(import.meta.dirname, '..', '..', 'server', 'main.ts')

function start(folder: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
	return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...words, '--project', folder], {
		stdio: 'pipe',
		env: { ...process.env, UV_THREADPOOL_SIZE: '32', ...environment },
	})
}

/** One command in a process of its own: what it wrote to standard output. Throws what it says when it doesn't end with 0. */
export async function tieout(
	folder: string,
	words: readonly string[],
	{ typed = '', ...environment }: { typed?: string } & Record<string, string> = {},
): Promise<string> {
	const child = start(folder, words, environment)
	const said = { out: '', notes: '' }
	child.stdout!.on('data', (text) => {
		said.out += text
	})
	child.stderr!.on('data', (text) => {
		said.notes += text
	})
	child.stdin!.end(typed)
	const [code] = await once(child, 'close')
	if (code !== 0)
		throw new Error(`tieout ${words.join(' ')} ended with ${code}: ${said.notes}${said.out.slice(0, 2000)}`)
	return said.out
}

async function serve(folder: string): Promise<{ server: ChildProcess; url: string }> {
	const server = start(folder, ['serve', '--no-schedule', '--port', '0'])
	server.stdout!.resume()
	let notes = ''
	const url = await new Promise<string>((resolve, reject) => {
		server.stderr!.on('data', (text) => {
			notes += text
			const found = /serving .* at (http:\S+)/.exec(notes)
			if (found) resolve(found[1]!.replace(/\/$/, ''))
		})
		server.once('close', () => reject(new Error(`tieout serve ended: ${notes}`)))
	})
	return { server, url }
}

type Fields = Record<string, string>
type Browser = Awaited<ReturnType<typeof signedIn>>

/** A browser without script: it keeps its cookie, and sends forms as they stand on the page. Throws what a page refuses. */
async function signedIn(url: string, person: Person) {
	let cookie = ''
	const go = async (address: string, init: RequestInit = {}) => {
		const headers = { accept: 'text/html', cookie, ...init.headers }
		const response = await fetch(`${url}${address}`, { redirect: 'manual', ...init, headers })
		cookie = response.headers.getSetCookie().at(-1)?.split(';')[0] ?? cookie
		if (response.status < 400) return response
		const banner = parseHTML(await response.text()).document.querySelector('.banner.bad')?.textContent
		throw new Error(`${init.method ?? 'GET'} ${address} answered ${response.status}: ${banner}`)
	}
	const page = async (address: string) => parseHTML(await (await go(address)).text()).document
	const send = async (from: string, action: string, given: Fields) => {
		const body = new URLSearchParams()
		const forms = [...(await page(from)).querySelectorAll('form[method=post]')]
		const form = forms.find((one) => one.getAttribute('action') === action)
		for (const field of form?.querySelectorAll('input[type=hidden], textarea') ?? [])
			body.append(field.getAttribute('name')!, field.getAttribute('value') ?? field.textContent ?? '')
		for (const [name, value] of Object.entries(given)) body.set(name, value)
		await go(action, { method: 'POST', body })
	}
	const attach = async (item: string, file: File) => {
		const form = new FormData()
		form.append('form_token', (await page(item)).querySelector('input[name=form_token]')!.getAttribute('value')!)
		form.append('file', file)
		await go(`${item}/files`, { method: 'POST', body: form })
	}
	await send('/login', '/login', { account: person, password: password(person) })
	return {
		page,
		send,
		attach,
		document: async (address: string) =>
			JSON.parse(await (await go(`/api${address}`)).text()) as { items: { item: string }[] },
		bytes: async (address: string) => Buffer.from(await (await go(address)).arrayBuffer()),
	}
}

/** CPU seconds of the processes that this one started, ended ones and living ones; from Linux's `/proc`. */
export function startedCpu(pid: number = process.pid): number {
	const fields = (one: number) =>
		readFileSync(`/proc/${one}/stat`, 'utf8')
			.replace(/^.*\) /, '')
			.split(' ')
			.map(Number)
	const ended = (one: number) => (fields(one)[13]! + fields(one)[14]!) / 100
	const living = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
	return living.reduce((sum, one) => sum + (fields(one)[11]! + fields(one)[12]!) / 100 + startedCpu(one), ended(pid))
}

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.join(import.meta.dirname, '..')

/** Codes that a test knows by their text: the test's file, and words of it that the code's message has, too. */
const byText: Readonly<Record<string, [file: string, text: string]>> = {
	'warehouse.parameter': ['test/models/warehouse.test.ts', 'a SQL parameter is'],
	'warehouse.nested': ['test/models/warehouse.test.ts', 'transaction inside a transaction'],
	'warehouse.statements': ['test/models/warehouse.test.ts', 'SQL statement was expected'],
	'auth.bad_key': ['test/extract/sources/login.test.ts', "private key can't be"],
	'clock.ahead': ['test/extract/client.test.ts', "this machine's clock is"],
	'consent.refused': ['test/server/connect.test.ts', 'consent was not given'],
	'stream.busy': ['test/extract/run.test.ts', 'is being read by'],
	'sandbox.undeclared': ['test/extract/sandbox/store.test.ts', 'does not declare'],
	'page.long': ['test/extract/sources/erpnext.test.ts', 'rows came where'],
	'page.outside': ['test/extract/sources/sap.test.ts', 'older than was asked'],
	'espocrm.base_currency': ['test/extract/sources/espocrm.test.ts', 'base currency is'],
	'netsuite.feature': ['test/extract/sources/netsuite-editions.test.ts', 'NetSuite has no table'],
	'consent.not_come': ['test/server/connect.test.ts', 'ended before a consent'],
	'close.no_attachment': ['test/server/close/close.test.ts', 'there is no attachment'],
	'close.period_gone': ['test/server/close/made-otherwise.test.ts', 'was signed, and by tieout.yml there is no such'],
	'consent.needs_https': ['test/server/connect.test.ts', 'sends the browser back'],
	'links.ambiguous': ['test/server/links.test.ts', 'is a deal and'],
	'links.nothing': ['test/server/links.test.ts', 'nothing that holds was'],
	'links.repeated': ['test/server/links.test.ts', 'has said so already'],
	'upload.none': ['test/server/http-messages.test.ts', 'no file was chosen'],
	'upload.form': ['test/server/http-messages.test.ts', 'it is not sent as multipart/form-data'],
	'account.password': ['test/server/http-messages.test.ts', 'that is not your password'],
}

/** Codes that no test brings about, each with what it would take. One that a test names by now, or that is thrown nowhere, must go. */
const unthrown: Readonly<Record<string, string>> = {
	'model.canonical_columns':
		'a staging model of a project’s own that lacks a canonical column; the same refusal as model.failed beside it',
	'model.canonical_type': 'the same, with a column of another type',
	'auth.no_refresh_token': 'a vendor that consents and sends no refresh token; no sandbox leaves it out',
	'auth.busy': 'two processes that ask for one token at once, longer than the lock is waited for (minutes)',
	'auth.unavailable': 'a token endpoint that fails longer than it is tried again for (minutes)',
	'job.gone': 'a bulk job that the vendor deletes while it is read; the sandbox keeps its jobs',
	'landing.cannot_write': 'a disk that fails for another reason than being full; that one is landing.disk_full',
	'load.doubt':
		'DuckDB that reads another count of records than the scanner before it: a guard against an engine’s mistake',
	'load.known': 'the same for fields that are known to the scanner: a guard against an engine’s mistake',
	'source.nested': 'a declaration of our own that names a nested column twice: a guard for who writes sources',
	'page.unasked': 'a vendor that sends a record of a parent which was not asked for; the sandboxes never do',
	'page.link':
		'an SAP answer whose next link leads elsewhere; hostile.test.ts reads such links of every source by its guard',
	'sandbox.value': 'a record of the sample company that its own schema refuses: a guard for who changes the sample',
	'files.unknown_file':
		'the mapping’s schema refuses most of such names before; by it alone through share and recognise',
	'files.row': 'becomes the quarantine’s reason refused, by which the tests of the files source know it',
	'files.not_mapped': 'the engine asks only for entities that are mapped: a guard',
	'salesforce.no_identity':
		'a Salesforce that answers the question who is asking without an id; the sandbox always tells',
	'xero.no_tenant': 'the configuration refuses it before, unless the token comes by consent at that moment',
	'demo.run': 'the demo’s own pipeline failing on the sample company: any such failure is a defect of ours',
	'demo.sandbox': 'the demo’s own systems not starting: any such failure is a defect of ours',
	'doctor.time': 'a system that answers nothing for ten seconds while the doctor looks: too long for a test',
	'extract.failed': 'every outcome that failed has an error with a code of its own: only a fallback',
	'close.no_generation': 'a published file without the row that publish writes: a guard against files of others',
	'close.rebuild_differs': 'a rebuild that is not what was signed, which needs models of another release',
	'close.moving': 'a publish within the milliseconds between the page that is signed and its second look, three times',
	'links.claimed': 'two accounts of which one has the ERP customer by a person’s link; the sample links none by hand',
	'query.closed': 'a question under way while the server ends',
	'query.queue':
		'more statements at once than wait in the queue; the limit itself is tested by query.memory and query.time',
	'close.attachment_changed': 'a kept file that somebody changes on disk between attaching and bundling',
	'close.generation_changed': 'a kept generation that somebody changes on disk between signing and bundling',
	'close.content_missing': 'a journal line whose document somebody removed from the state',
}

function texts(...folders: string[]): Map<string, string> {
	const files = folders.flatMap((folder) =>
		readdirSync(path.join(root, folder), { recursive: true })
			.map((name) => path.join(folder, String(name)))
			.filter((name) => name.endsWith('.ts')),
	)
	return new Map(files.map((name) => [name, readFileSync(path.join(root, name), 'utf8')]))
}

/** The arguments of a call that begins at `start`, up to the message: kind and code, as they stand. */
function codesAt(text: string, start: number): string[] {
	const [, code = ''] = splitArguments(text.slice(start, start + 600))
	return [...code.matchAll(/'([a-z]+(?:[._][a-z_]+)+)'|'(usage)'/g)].map(([, long, short]) => (long ?? short)!)
}

/** The first arguments of a call, parted at the commas outside of brackets and quotes. */
function splitArguments(text: string): string[] {
	const parts = ['']
	let depth = 0
	let quote = ''
	for (const letter of text) {
		if (quote) quote = letter === quote ? '' : quote
		else if (/['"`]/.test(letter)) quote = letter
		else if (/[([{]/.test(letter)) depth++
		else if (/[)\]}]/.test(letter) && --depth < 0) break
		if (letter === ',' && depth === 0 && !quote) parts.push('')
		else parts[parts.length - 1] += letter
		if (parts.length > 2) break
	}
	return parts.map((part) => part.trim())
}

/** Every code that is written where a TieoutError is made, with the files that do. */
function codesOfTheCode(): Map<string, string[]> {
	const codes = new Map<string, string[]>()
	for (const [file, text] of texts('models', 'extract', 'reports', 'server'))
		for (const { index } of text.matchAll(/new TieoutError\(/g))
			for (const code of codesAt(text, index + 'new TieoutError('.length))
				codes.set(code, [...(codes.get(code) ?? []), file])
	return codes
}

test('every code of an error is brought about by a test, or listed with the reason why not', () => {
	const codes = codesOfTheCode()
	expect(codes.size).toBeGreaterThan(200)
	const own = path.join('test', 'codes.test.ts')
	const tests = [...texts('test')]
		.filter(([file]) => file !== own)
		// An error that a test makes itself, or a value that it stores, proves nothing of the code.
		.map(([, text]) => text.replaceAll(/new TieoutError\([^)]*\)/g, ''))
		.join('\n')
	const isNamed = (code: string) => new RegExp(`['"\`]${code.replaceAll('.', '\\.')}['"\`:]`).test(tests)
	const isKnown = (code: string) => isNamed(code) || Object.hasOwn(byText, code) || Object.hasOwn(unthrown, code)
	expect([...codes].filter(([code]) => !isKnown(code)).map(([code, files]) => `${code} (${files[0]})`)).toEqual([])
	const listed = [...Object.keys(byText), ...Object.keys(unthrown)]
	expect(listed.filter((code) => isNamed(code) || !codes.has(code))).toEqual([])
	for (const [code, [file, text]] of Object.entries(byText)) {
		const thrower = codes.get(code)!.map((name) => readFileSync(path.join(root, name), 'utf8'))
		expect([code, readFileSync(path.join(root, file), 'utf8').includes(text)]).toEqual([code, true])
		expect([code, thrower.some((source) => source.includes(text))]).toEqual([code, true])
	}
	expect(Object.keys(unthrown).length).toBeLessThan(32)
	for (const reason of Object.values(unthrown)) expect(reason.length).toBeGreaterThan(25)
})

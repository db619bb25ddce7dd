import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runCommandLine } from '../../server/cli.ts'
import type { SandboxAddress } from '../../server/commands/sandbox.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-sandbox-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What `tieout sandbox --json <words>` says of the company that it starts; it is stopped at once. */
async function told(...words: string[]): Promise<SandboxAddress> {
	const stop = new AbortController()
	let said = ''
	const write = (text: string) => {
		said += text
		stop.abort()
	}
	const effects = { environment: {}, out: { write }, notes: { write: () => {} }, signal: stop.signal, folder }
	expect(await runCommandLine(['sandbox', '--json', '--scale', '0.01', ...words], effects)).toBe(0)
	return JSON.parse(said) as SandboxAddress
}

test('a company of one legal entity has the connections of that one', { timeout: 60_000 }, async () => {
	const entitiesOf = ({ connections }: SandboxAddress) =>
		Object.fromEntries(connections.map(({ name, legalEntities }) => [name, Object.keys(legalEntities)]))
	const several = await told('--erp', 'quickbooks')
	expect(entitiesOf(several)).toMatchObject({ crm: ['US', 'DE', 'UK', 'JP'], erp_us: ['US'], erp_jp: ['JP'] })
	const one = await told('--erp', 'quickbooks', '--one-entity')
	expect(entitiesOf(one)).toEqual({ crm: ['US'], erp_us: ['US'] })
	expect([several.is_one_entity, one.is_one_entity]).toEqual([false, true])
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../server/config.ts'
import { expiries, expiryFinding, expiryFindings } from '../../server/expiries.ts'
import { extractState } from '../../server/extract-state.ts'
import { sourceSummaries } from '../../server/sources.ts'
import { openState, type State } from '../../server/state.ts'

const day = 86_400_000
const usedAt = Date.parse('2026-11-21T09:00:00Z')
let folder: string
let state: State
beforeEach(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'tieout-expiry-'))
	state = await openState(path.join(folder, 'state.sqlite'))
})
afterEach(async () => {
	await state.close()
	rmSync(folder, { recursive: true, force: true })
})

async function project() {
	const options = 'client_id: x, refresh_token: consent'
	const tenant = '4d3c1f0e-0000-4000-8000-00000000000'
	writeFileSync(
		path.join(folder, 'tieout.yml'),
		`company: { name: Example Ltd, time_zone: Europe/London, reporting_currency: GBP }
calendar: { from: 2026-01 }
connections:
  crm: { source: espocrm, options: { url: https://crm.example, api_key: "\${env:KEY}" } }
  erp_us: { source: xero, owner: ben, options: { ${options}, login: group, tenant_id: ${tenant}1 } }
  erp_de: { source: xero, options: { ${options}, login: group, tenant_id: ${tenant}2 } }
owners: { default: ana }
`,
	)
	writeFileSync(path.join(folder, '.env'), 'KEY=abc\n')
	await extractState(state.db).saveTokens('xero group', { refreshToken: 'kept', usedAt })
	return await loadConfig(folder, sourceSummaries(), { environment: {} })
}

test('connections that share a login are told of the same token, each by its name and to its owner', async () => {
	const config = await project()
	const at = (days: number) => expiryFindings({ config, state }, { now: () => usedAt + days * day })
	expect(await at(29)).toEqual([])
	expect((await at(31)).map(({ kind, subject, severity, owner }) => [kind, subject, severity, owner])).toEqual([
		['expiry', 'erp_us: the refresh token, if it is not used', 'warning', 'ben'],
		['expiry', 'erp_de: the refresh token, if it is not used', 'warning', 'ana'],
	])
	const [late] = await at(61)
	expect(late).toMatchObject({ severity: 'error' })
	expect(late!.text).toContain('ended on 2027-01-20; next: read the connection before that day')
})

test('the doctor says what is far, warns 30 days before, and fails what has ended', async () => {
	const config = await project()
	const statuses = async (days: number) => {
		const all = await expiries({ config, state }, { now: () => usedAt + days * day })
		return all.flatMap(({ connection, endings }) => endings.map((one) => expiryFinding(connection, one).status))
	}
	expect(await statuses(0)).toEqual(['ok', 'ok'])
	expect(await statuses(30)).toEqual(['warn', 'warn'])
	expect(await statuses(60)).toEqual(['fail', 'fail'])
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstRefreshToken, quickbooksApp } from '../../extract/sandbox/quickbooks/credentials.ts'
import { salesforceCredentials as crm } from '../../extract/sandbox/salesforce/credentials.ts'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import { realmOf } from '../../extract/sandbox/world/records/quickbooks/identifiers.ts'
import { startQuickbooks } from '../extract/sources/quickbooks-sandbox.ts'
import { commandLine } from './command-line.ts'

const { tieout, project, remove } = commandLine()
let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startQuickbooks({ versions: [] })
})
afterAll(async () => {
	await sandboxes.close()
	remove()
})

// QuickBooks describes no entity: whether one may be read shows when it is asked for.
test('doctor asks for what no description tells of', async () => {
	sandboxes.setHidden('quickbooks', 'AgedReceivableDetail', null, true)
	sandboxes.setHidden('quickbooks', 'JournalEntry', null, true)
	const url = sandboxes.url('quickbooks')
	const { clientId, clientSecret } = quickbooksApp
	project(
		`TIEOUT_NOW=${new Date(sandboxes.now()).toISOString()}\nSF_SECRET=${crm.clientSecret}\nQB_SECRET=${clientSecret}\nQB_TOKEN=${firstRefreshToken('US')}\n`,
		`company: { name: Example Ltd, time_zone: Europe/London, reporting_currency: USD }
calendar: { from: 2026-01 }
connections:
  crm:
    source: salesforce
    options: { url: "${sandboxes.url('salesforce')}", client_id: ${crm.clientId}, client_secret: "\${env:SF_SECRET}" }
  erp:
    source: quickbooks
    options:
      url: ${url}
      login_url: ${url}
      realm_id: "${realmOf('US')}"
      client_id: ${clientId}
      client_secret: \${env:QB_SECRET}
      refresh_token: \${env:QB_TOKEN}
legal_entities: { US: { crm: Halvorsen US, erp: "1" } }
owners: { default: ana }
`,
	)
	const { code, out } = await tieout('doctor', '--json')
	const { findings } = JSON.parse(out) as { findings: { subject: string; status: string; fix?: string }[] }
	const failed = findings.filter(({ status }) => status === 'fail')
	expect(findings.filter(({ status, subject }) => status === 'ok' && subject === 'erp.terms')).toHaveLength(1)
	expect(failed.map(({ subject }) => subject).sort()).toEqual(['erp.journal_entries', 'erp.open_receivables'])
	expect(failed[0]!.fix).toMatch(
		/what the company’s plan lacks is left out by streams: \{ <name>: \{ enabled: false \} \}/,
	)
	expect(code).not.toBe(0)
}, 30_000)

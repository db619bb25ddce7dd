import { endings, endingText, type Nearing } from '../extract/expiry.ts'
import { loginOf } from '../extract/token-endpoint.ts'
import { addressOf } from '../reports/address.ts'
import type { Finding as AlertFinding } from './alerts.ts'
import type { Config } from './config.ts'
import type { Finding } from './examination.ts'
import { extractState } from './extract-state.ts'
import { connectionsRead, sourcesOf } from './sources.ts'
import type { State } from './state.ts'

/** What of each connection ends (secrets, certificates, refresh tokens, API versions). `now`: the machine's clock (epoch ms). */
export async function expiries(
	{ config, state }: { config: Config; state: Pick<State, 'db'> },
	{ now = Date.now }: { now?: () => number } = {},
): Promise<{ connection: string; endings: Nearing[] }[]> {
	const sources = sourcesOf(config)
	const { tokens } = extractState(state.db)
	return await Promise.all(
		connectionsRead(config, sources).map(async (connection) => {
			const source = sources.find(({ kind }) => kind === connection.kind)!
			const kept = await tokens(loginOf(source, connection))
			return { connection: connection.name, endings: endings(source, connection, kept, now()) }
		}),
	)
}

/** What `tieout doctor` says of it: what has ended fails, what ends within 30 days warns, and the rest is named. */
export function expiryFinding(connection: string, ending: Nearing): Finding {
	const subject = `${connection} expiry`
	const text = endingText(ending)
	if (ending.status === 'far') return { subject, status: 'ok', text }
	return { subject, status: ending.status === 'past' ? 'fail' : 'warn', text, fix: ending.next }
}

/** What a run alerts of: what has ended, or ends within 30 days. One alert for each thing, whatever its date is. */
export async function expiryFindings(
	request: { config: Config; state: Pick<State, 'db'> },
	{ now = Date.now }: { now?: () => number } = {},
): Promise<AlertFinding[]> {
	const { config } = request
	const all = await expiries(request, { now })
	return all.flatMap(({ connection, endings: its }) =>
		its
			.filter(({ status }) => status !== 'far')
			.map((ending) => ({
				kind: 'expiry' as const,
				subject: `${connection}: ${ending.what}`,
				severity: ending.status === 'past' ? ('error' as const) : ('warning' as const),
				owner: config.connections.find((one) => one.name === connection)?.owner ?? config.owners.default,
				text: `${connection}: ${endingText(ending)}; next: ${ending.next}`,
				link: `${addressOf(['checks'])}#budgets`,
			})),
	)
}

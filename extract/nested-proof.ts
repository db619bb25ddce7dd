import { addTotals, namedTotals } from './money-sum.ts'
import { nestedStreams } from './nested.ts'
import type { NestedTotals } from './nested-load.ts'
import type { Certificate } from './state.ts'
import type { StreamJob } from './stream-run.ts'

/** The sums of two loads, by stream. */
export function addNested(
	left: Record<string, NestedTotals>,
	right: Record<string, NestedTotals>,
): Record<string, NestedTotals> {
	const all = { ...left }
	for (const [name, more] of Object.entries(right)) {
		const one = all[name] ?? { landed: 0, loaded: 0, appended: 0, deleted: 0, money: {} }
		all[name] = {
			landed: one.landed + more.landed,
			loaded: one.loaded + more.loaded,
			appended: one.appended + more.appended,
			deleted: one.deleted + more.deleted,
			money: addTotals(one.money, more.money),
		}
	}
	return all
}

/** The statements of the lists inside a run's records: as good as that of the records, and no better than what of them is in force. */
export async function certifyNested(
	{
		state,
		run,
		source,
		connection,
		stream,
	}: Pick<StreamJob, 'state' | 'source' | 'connection' | 'stream'> & {
		run: Parameters<StreamJob['state']['certify']>[0]
	},
	certificate: Certificate,
	totals: Record<string, NestedTotals>,
): Promise<void> {
	const own = source.ownCurrency?.(connection.options)
	for (const { name } of nestedStreams(source, connection, stream)) {
		const { landed, loaded, money } = totals[name] ?? { landed: 0, loaded: 0, money: {} }
		const missing = landed - loaded
		const where = `in the records of ${stream.name} that are new or changed`
		const verdict =
			missing > 0
				? { verdict: 'short' as const, reason: `${missing} of ${landed} elements ${where} are not in the warehouse` }
				: { verdict: certificate.verdict, reason: nestedReason(certificate, stream.name, where) }
		await state.certify(
			{ ...run, stream: name },
			{
				...verdict,
				sourceRows: certificate.verdict === 'proved' ? landed : null,
				landedRows: landed,
				loadedRows: loaded,
				quarantinedRows: 0,
				money: Object.entries(namedTotals(money, own)).map(([currency, total]) => ({
					currency,
					source: null,
					landed: null,
					loaded: total,
				})),
			},
		)
	}
}

/** Lists are as fresh as the records that they lie in: their cursors are moved with it. */
export async function followParent({
	state,
	source,
	connection,
	stream,
}: Pick<StreamJob, 'state' | 'source' | 'connection' | 'stream'>): Promise<void> {
	const nested = nestedStreams(source, connection, stream)
	const cursor = nested.length > 0 ? await state.cursor(connection.name, stream.name) : null
	if (cursor) for (const { name } of nested) await state.moveCursor(connection.name, name, cursor)
}

function nestedReason({ verdict, reason }: Certificate, stream: string, where: string): string {
	if (verdict === 'proved') return `counted ${where}`
	return `${stream}: ${reason ?? verdict}`
}

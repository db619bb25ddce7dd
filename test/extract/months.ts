import { configurationSets } from '../../models/configuration-sets.ts'

/** The set of the company's periods: these calendar months (`2026-10`), in UTC. */
export function monthsSet(...periodIds: string[]) {
	return {
		name: 'periods',
		columns: configurationSets.periods,
		rows: periodIds.map((periodId) => {
			const [year, month] = periodId.split('-').map(Number) as [number, number]
			const lastDay = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)
			const midnights = [month - 1, month].map((at) =>
				new Date(Date.UTC(year, at, 1)).toISOString().replace('.000', ''),
			)
			return [periodId, `${periodId}-01`, lastDay, `${year}`, `${Math.ceil(month / 3)}`, `${month}`, ...midnights]
		}),
	}
}

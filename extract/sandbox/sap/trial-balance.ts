import { inForce, tableName } from '../store.ts'
import type { SandboxParts } from '../system.ts'
import type { VendorAnswer } from '../vendor-server.ts'
import { decimalText, partsOf } from '../world/company/exact.ts'
import { filterCondition } from './filter.ts'
import { entryView } from './journal-view.ts'
import { SapRefusal } from './refusal.ts'
import { sapSets } from './sets.ts'

export const trialBalanceService = 'C_TRIALBALANCE_CDS'

const measures = ['StartingBalanceAmtInCoCodeCrcy', 'EndingBalanceAmtInCoCodeCrcy'] as const
const dimensions = ['CompanyCode', 'GLAccount', 'CompanyCodeCurrency'] as const

type Item = { company: string; account: string; currency: string; date: string; amount: bigint }

/**
 * `C_TRIALBALANCE(P_FromPostingDate=…,P_ToPostingDate=…)/Results`: the balances of income accounts before and after, credits negative,
 * added up by what is selected. Their balance begins anew with each fiscal year (variant K4: the calendar's). An account without a balance
 * or a posting has no line.
 */
export function trialBalanceAnswer(
	parts: SandboxParts,
	name: string,
	last: string,
	given: URLSearchParams,
): VendorAnswer {
	if (!parts.visibility.seesObject('sap', 'C_TRIALBALANCE'))
		throw new SapRefusal(403, '/IWFND/CM_CONSUMER/101', `No authorization to access service '${trialBalanceService}'`)
	const [, from = '', to = ''] =
		/^C_TRIALBALANCE\(P_FromPostingDate=datetime'([\d-]{10})T00:00:00',P_ToPostingDate=datetime'([\d-]{10})T00:00:00'\)$/.exec(
			name,
		) ?? []
	if (from === '' || last !== 'Results')
		throw new SapRefusal(404, '005056A509B11EE1B9A8FEC11C21578E', `Resource not found for segment '${name}'`)
	const selected = selectedOf(given)
	const lines = new Map<string, { item: Item; starting: bigint; ending: bigint }>()
	for (const item of itemsUpTo(parts, given, `${from.slice(0, 4)}-01-01`, to)) {
		const key = [item.company, item.account, item.currency].join()
		const line = lines.get(key) ?? { item, starting: 0n, ending: 0n }
		if (item.date < from) line.starting += item.amount
		line.ending += item.amount
		lines.set(key, line)
	}
	const results = [...lines.values()].map(({ item, starting, ending }) => {
		const whole: Record<string, string> = {
			CompanyCode: item.company,
			GLAccount: item.account,
			CompanyCodeCurrency: item.currency,
			StartingBalanceAmtInCoCodeCrcy: decimalText(starting, 3),
			EndingBalanceAmtInCoCodeCrcy: decimalText(ending, 3),
		}
		return {
			__metadata: { type: 'C_TRIALBALANCE_CDS.C_TRIALBALANCEResult' },
			...Object.fromEntries(selected.map((one) => [one, whole[one]])),
		}
	})
	return { status: 200, headers: { dataserviceversion: '2.0' }, body: JSON.stringify({ d: { results } }) }
}

function selectedOf(given: URLSearchParams): string[] {
	const selected = (given.get('$select') ?? '').split(',')
	const stranger = selected.find((one) => !([...measures, ...dimensions] as string[]).includes(one))
	if (stranger !== undefined)
		throw new SapRefusal(
			400,
			'005056A509B11EE1B9A8FEC11C21D78E',
			`Property ${stranger} not found in type C_TRIALBALANCEResult`,
		)
	if (!dimensions.every((one) => selected.includes(one)))
		throw new SapRefusal(400, '/IWBEP/CM_MGW_RT/022', 'sandbox: adds up by company code, account and currency')
	return selected
}

/** The filter must name the ledger; of the leading one the items are all there is. */
function itemsUpTo({ store, clock }: SandboxParts, given: URLSearchParams, since: string, to: string): Item[] {
	const [, ledger, rest = ''] = /^Ledger eq '(\w+)'(?: and (.*))?$/.exec(given.get('$filter') ?? '') ?? []
	if (!ledger) throw new SapRefusal(400, '/IWBEP/CM_MGW_RT/021', 'Value for mandatory property Ledger is missing')
	const set = sapSets.find((one) => one.name === entryView)!
	const { sql, values } = rest === '' ? { sql: '1', values: [] } : filterCondition(rest, set)
	if (ledger !== '0L') return []
	return store.database
		.prepare(
			`select body from ${tableName('sap', set.name)} as r where ${inForce('r')} and PostingDate between ? and ? and ${sql}`,
		)
		.all({ now: clock.now() }, since, to, ...values)
		.map(({ body }) => {
			const item = JSON.parse(String(body)) as Record<string, string>
			return {
				company: item['CompanyCode']!,
				account: item['GLAccount']!,
				currency: item['CompanyCodeCurrency']!,
				date: new Date(Number(/-?\d+/.exec(item['PostingDate']!)![0])).toISOString().slice(0, 10),
				amount: partsOf(String(item['AmountInCompanyCodeCurrency']), 3),
			}
		})
}

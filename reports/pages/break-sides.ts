import type { BreaksTable, ChainTable } from '../../models/schema.ts'
import { addressOf } from '../address.ts'
import { breakCodeWords } from '../break-codes.ts'
import type { PageContext } from '../context.ts'
import { isZeroDecimal, subtractDecimals } from '../decimal.ts'
import { Amount, momentText, quantityText, sentenceText } from '../format.ts'
import { type Html, html } from '../html.ts'
import { Absences } from '../list-view.ts'
import { absences, type Need } from '../systems.ts'
import type { BreakPage } from './break.ts'

type Properties = { page: BreakPage; context: PageContext }

/** The chain that the break is of: its item's, or its deal line's. */
export function ownChain({ break: found, chains }: BreakPage): ChainTable | undefined {
	return (
		chains.find((chain) => chain.chain_id === found.item_id) ??
		chains.find(
			(chain) => found.opportunity_line_id !== null && chain.opportunity_line_id === found.opportunity_line_id,
		)
	)
}

/** Both records side by side: each field that both have, the compared values first, and a word where they differ. */
export function Sides({ page, context }: Properties): Html {
	const { break: found } = page
	const fields = fieldsOf(found, ownChain(page), context)
	const record = (name: string, url: string | null, none: string) =>
		url ? html`<a href=${url} rel="noreferrer">Open in ${name} ↗</a>` : html`<span class="muted">${none}</span>`
	return html`<section class="table" aria-label="Both records"><div class="caption"><h2>Both records</h2></div>
		<div class="scroll" tabindex="0" role="region" aria-label="Both records, table"><table class="compare"><caption class="vh">Both records, side by side</caption>
			<thead><tr><th scope="col">Field</th><th scope="col">CRM</th><th scope="col">ERP</th><th scope="col">Same?</th></tr></thead>
			<tbody>${fields.map(
				({
					name,
					crm,
					erp,
					isDifferent,
				}) => html`<tr class=${isDifferent ? 'differs' : undefined}><th scope="row">${name}</th>
					<td class="t">${crm ?? html`<span class="none">nothing</span>`}</td><td class="t">${erp ?? html`<span class="none">nothing</span>`}</td>
					<td><${SameSign} field=${{ name, crm, erp, isDifferent }} /></td></tr>`,
			)}
			<tr><th scope="row">Record</th><td>${record('CRM', found.crm_url, 'No record on this side.')}</td><td>${record('ERP', found.erp_url, 'No record on this side.')}</td><td></td></tr>
			</tbody></table></div></section>`
}

/** A word beside the colour: whether both sides say the same. */
function SameSign({ field: { crm, erp, isDifferent } }: { field: Field }): Html {
	if (isDifferent) return html`<span class="chip warn"><span aria-hidden="true">▲</span> differs</span>`
	if (crm === null || erp === null) return html`<span class="none">one side only</span>`
	return isDifferent === false && html`<span class="chip ok"><span aria-hidden="true">●</span> same</span>`
}

/** `isDifferent` is null where the two cannot be compared. */
type Field = { name: string; crm: string | null; erp: string | null; isDifferent: boolean | null }

function fieldsOf(found: BreaksTable, chain: ChainTable | undefined, context: PageContext): Field[] {
	const digits = context.minorDigits(found.currency)
	const words = (value: string | null) => (value === null ? null : sentenceText(value, digits))
	const amount = (value: string | null | undefined, currency: string | null | undefined) =>
		value && currency ? `${sentenceText(value, context.minorDigits(currency))} ${currency}` : null
	const field = (
		name: string,
		crm: string | null,
		erp: string | null,
		isDifferent: boolean | null = crm !== erp,
	): Field => ({
		name,
		crm,
		erp,
		isDifferent: crm === null || erp === null ? null : isDifferent,
	})
	const compared = field(
		`${breakCodeWords(found.code).title}: the values compared`,
		words(found.crm_value),
		words(found.erp_value),
	)
	const document = found.document_number ?? chain?.order_number ?? null
	const isOrdered = Boolean(chain?.order_id)
	const hasOrders = context.systems.has('orders')
	return [
		...(found.crm_value !== null || found.erp_value !== null ? [compared] : []),
		field('Name or number', found.deal_name, document, null),
		...(chain && isOrdered
			? [
					...(hasOrders
						? [
								field(
									'Amount, deal and order',
									amount(chain.booked_amount, chain.currency),
									amount(chain.ordered_amount, chain.order_currency),
								),
							]
						: []),
					field('Currency', chain.currency, chain.order_currency),
					field(
						'Amount, deal and invoices',
						amount(chain.booked_amount, chain.currency),
						amount(chain.invoiced_amount, chain.order_currency),
					),
				]
			: []),
		...(chain && !isOrdered ? [field('Amount', amount(chain.booked_amount, chain.currency), null)] : []),
		...(!chain ? [field('Amount', null, amount(absolute(found.amount), found.currency))] : []),
		...(chain ? [field('Date, won and first invoice', chain.close_date, chain.first_invoice_date)] : []),
		...(chain?.product_name
			? [field('Product', `${chain.product_name}${chain.quantity ? `, ${quantityText(chain.quantity)}` : ''}`, null)]
			: []),
	]
}

/** From winning to revenue: what happened when, how much, and what is still to come. */
export function ChainSteps({ page, context }: Properties): Html {
	const chain = ownChain(page)
	if (!chain) return null
	const { crm_url, erp_url } = page.break
	const dates = [...new Set([chain.first_invoice_date, chain.last_invoice_date])].filter(Boolean).join(' to ')
	const all: (Step & { needs?: Need })[] = [
		{
			title: 'Won',
			at: chain.won_at ? momentText(chain.won_at) : chain.close_date,
			amount: chain.booked_amount,
			currency: chain.currency,
			name: chain.deal_name,
			href: crm_url,
		},
		{
			title: 'Ordered',
			needs: 'orders',
			at: chain.ordered_at && momentText(chain.ordered_at),
			amount: chain.ordered_amount,
			currency: chain.order_currency,
			name: chain.order_number,
			href: erp_url,
		},
		{
			title: 'Invoiced',
			at: dates || null,
			amount: chain.invoiced_amount,
			currency: chain.order_currency,
			// Where an invoice stands for the order, it is the chain's document.
			...(!context.systems.has('orders') && { name: chain.order_number, href: erp_url }),
		},
		{
			title: 'Credited',
			needs: 'credit_notes',
			at: null,
			amount: chain.credited_amount,
			currency: chain.order_currency,
		},
		{ title: 'Paid', needs: 'payments', at: null, amount: chain.paid_amount, currency: chain.order_currency },
		{
			title: context.systems.has('recognition') ? 'Recognised' : 'Revenue',
			at: null,
			amount: chain.recognised_amount,
			currency: chain.order_currency,
		},
	]
	const steps = all.filter(({ needs }) => !needs || context.systems.has(needs))
	const difference =
		chain.order_currency === chain.currency && chain.booked_amount !== null && chain.recognised_amount !== null
			? subtractDecimals(chain.booked_amount, chain.recognised_amount)
			: null
	return html`<section class="table" aria-label="Chain"><div class="caption"><h2>From deal to revenue</h2><p>${chain.link_evidence && `linked by: ${chain.link_evidence}`}</p></div>
		<${Absences} sentences=${absences(['orders', 'credit_notes', 'payments', 'recognition', 'deal_lines'], context.systems)} />
		<ol class="chain">${steps.map((step) => html`<${ChainStep} step=${step} context=${context} />`)}</ol>
		${
			difference !== null &&
			!isZeroDecimal(difference) &&
			html`<p class="muted">${context.systems.has('recognition') ? 'Booked and not recognised so far' : 'Booked and not in revenue so far'}: ${sentenceText(difference, context.minorDigits(chain.currency ?? ''))} ${chain.currency}.${' '}<a href=${addressOf(['breaks'], { item_id: page.break.item_id })}>Every break of it</a></p>`
		}</section>`
}

type Step = {
	title: string
	at: string | null
	amount: string | null
	currency: string | null
	name?: string | null
	href?: string | null
}

function ChainStep({ step, context }: { step: Step; context: PageContext }): Html {
	const hasHappened = step.amount !== null && !isZeroDecimal(step.amount)
	return html`<li class=${hasHappened ? undefined : 'none'}><strong>${step.title}</strong>
		<span>${hasHappened ? html`<${Amount} value=${step.amount} digits=${context.minorDigits(step.currency ?? '')} /> ${step.currency}` : 'nothing'}</span>
		<span class="muted">${hasHappened && (step.at ?? '')}</span>
		${hasHappened && step.name && html`<span>${step.href ? html`<a href=${step.href} rel="noreferrer">${step.name} ↗</a>` : step.name}</span>`}</li>`
}

function absolute(amount: string): string {
	return amount.replace('-', '')
}

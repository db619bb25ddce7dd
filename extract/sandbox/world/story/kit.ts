import { type Kit, kits, listPrice, unitNamed } from '../company/catalogue.ts'
import { divide, minorUnits, PRICE, QUANTITY } from '../company/exact.ts'
import { type Contract, closeDeal, notAmong } from './contract.ts'
import { dealLines, lineId, priced, reserveDeal } from './deal.ts'
import type { DealLine } from './facts.ts'
import type { Draft } from './lines.ts'
import { crmText, draftsOf } from './order.ts'
import type { Won } from './ordering.ts'
import type { Teller } from './teller.ts'

/** A won deal with a line for a kit, some with another product too, and what its order is to hold: the kit's components. */
export function kitSale(teller: Teller, contract: Contract): { deal: Won; drafts: Draft[] } {
	const { choices } = teller
	const number = reserveDeal(teller)
	const kit = choices.pick(kits)
	const line = kitLine(teller, contract, number, kit)
	const parts = kit.components.map(({ product }) => ({ ...line, product }))
	const others = choices.chance(0.4)
		? dealLines(teller, number, { ...contract, count: 1, dollars: 6000 + 9000 * choices.next(), only: notAmong(parts) })
		: []
	const lines = [line, ...others.map((other, at) => ({ ...other, id: lineId(number, at + 1) }))]
	const isNamed = choices.chance(0.6)
	const own = draftsOf(teller, lines.slice(1), contract.currency, contract.currency, QUANTITY)
	const drafts = [
		...componentsOf(teller, contract, kit, line),
		...own.map((draft, at) => ({ ...draft, dealLine: crmText(teller, lines[at + 1]!.id) })),
	]
	return {
		deal: closeDeal(teller, contract, number, lines),
		drafts: drafts.map((draft) => (isNamed ? draft : { ...draft, dealLine: null })),
	}
}

/** So many kits at what their components come to by the list. */
function kitLine(teller: Teller, { currency, closeDate }: Contract, number: number, kit: Kit): DealLine {
	const price = kit.components.reduce(
		(sum, { product, pieces }) => sum + listPrice(product, currency, closeDate) * pieces,
		0n,
	)
	const least = 12_000n / (kit.product.dollars / PRICE) + 1n
	const line: DealLine = {
		id: lineId(number, 0),
		kind: 'item',
		product: kit.product,
		quantity: (least + BigInt(teller.choices.between(0, 2))) * QUANTITY,
		unit: 'Piece',
		price,
		listPrice: price,
		discount: teller.choices.chance(0.35) ? 100_000n : 0n,
		amount: 0n,
		start: null,
		end: null,
	}
	return priced(line, currency)
}

/** A line for each component, with the kit's discount; by mistake, the first at an older price. */
function componentsOf(teller: Teller, { currency, closeDate }: Contract, kit: Kit, line: DealLine): Draft[] {
	const isOld = teller.choices.chance(0.25)
	const step = PRICE / minorUnits(currency)
	return kit.components.map(({ product, pieces }, at) => {
		const listed = listPrice(product, currency, closeDate)
		return {
			product,
			quantity: line.quantity * pieces,
			unit: unitNamed(product, product.unitGroup.units[0]!.name)!.name,
			price: isOld && at === 0 ? divide(listed * 95n, 100n * step) * step : listed,
			discount: line.discount,
			dealLine: crmText(teller, line.id),
			kit: { product: kit.product, quantity: line.quantity },
		}
	})
}

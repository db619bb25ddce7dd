import { type Currency, type EntityCode, legalEntities } from '../../company/entities.ts'
import { decimalText } from '../../company/exact.ts'
import { quotation } from '../../company/rates.ts'

/** A document's rate as SAP writes it, with five decimals: `absolute` with a flag, or `signed`, where a minus says that it is the other way round. */
export function documentRate(rate: bigint, currency: Currency, entity: EntityCode) {
	const base = legalEntities[entity].currency
	if (currency === base) return { absolute: '1.00000', signed: '1.00000', isIndirect: false }
	const { digits, isIndirect } = quotation(rate, currency, base)
	const absolute = decimalText(digits, 5)
	return { absolute, signed: isIndirect ? `-${absolute}` : absolute, isIndirect }
}

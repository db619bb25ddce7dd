const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const checksum = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

/** Key prefixes of Salesforce objects. */
export const prefixes = {
	Account: '001',
	Contact: '003',
	User: '005',
	Opportunity: '006',
	OpportunityHistory: '008',
	OpportunityLineItem: '00k',
	OpportunityStage: '01J',
	Pricebook2: '01s',
	Product2: '01t',
	PricebookEntry: '01u',
	CurrencyType: '01L',
	DatedConversionRate: '04w',
	EntityDefinition: '000',
	ObjectPermissions: '110',
	PermissionSet: '0PS',
	PermissionSetAssignment: '0Pa',
} as const

/** The org's id. */
export const organisation = '00D000000000001EAA'

/** An 18-character Salesforce id: prefix, instance, number in base 62, then three letters that carry the case of the 15. */
export function salesforceId(object: keyof typeof prefixes, number: number): string {
	let digits = ''
	for (let rest = number; digits.length < 9; rest = Math.floor(rest / 62)) digits = base62[rest % 62] + digits
	const fifteen = `${prefixes[object]}5g0${digits}`
	return fifteen + suffix(fifteen)
}

export function accountId(index: number): string {
	return salesforceId('Account', 1_204_000 + index * 5)
}

/** One letter per five characters: bit n says that character n is a capital (Salesforce Help, "Record IDs"). */
export function suffix(fifteen: string): string {
	let letters = ''
	for (let block = 0; block < 15; block += 5) {
		let bits = 0
		for (let at = 0; at < 5; at++) {
			const code = fifteen.charCodeAt(block + at)
			if (code >= 65 && code <= 90) bits |= 1 << at
		}
		letters += checksum[bits]
	}
	return letters
}

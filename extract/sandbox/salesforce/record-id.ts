const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

/**
 * The 18-character form of a record id: the 15 characters and three that tell which letters of each five are upper case.
 * An 18-character id keeps its first fifteen and gets its checksum anew. Null if the text is no record id.
 * https://help.salesforce.com/s/articleView?id=000385585
 */
export function longRecordId(id: string): string | null {
	if (!/^[A-Za-z0-9]{15}([A-Z0-5]{3})?$/.test(id)) return null
	const short = id.slice(0, 15)
	let checksum = ''
	for (let start = 0; start < 15; start += 5) {
		let bits = 0
		for (let place = 0; place < 5; place++) {
			const letter = short[start + place] ?? ''
			if (letter >= 'A' && letter <= 'Z') bits |= 1 << place
		}
		checksum += alphabet[bits]
	}
	return short + checksum
}

import { readTable } from '../../extract/sources/files/table.ts'
import { TieoutError } from '../../models/error.ts'
import { type LinkVerb, linkVerbs } from './decisions.ts'

/** A row of a file of links: what is said of two records, and where it stands. `reason`: its own, null for the one of all. */
export type LinkLine = { line: number; verb: LinkVerb; crmId: string; erpId: string; reason: string | null }

/** Under which headers the ids stand: of a file made by hand, or of the CSV of `customer-candidates` and `link-candidates`. */
const headers = {
	crm: ['crm_id', 'opportunity_id', 'account_id'],
	erp: ['erp_id', 'order_id', 'invoice_id', 'erp_customer_id'],
}

/**
 * The links of a CSV file. Rows without an id on one side are left out (a candidate that nothing fits), and candidates that a person rejected.
 * `verb` and `reason` may be columns; without the first each row is a link. Throws `links.file` for a file without columns of ids, and for rows that can't be read or contradict
 * each other, all named.
 */
export function readLinkFile(file: string, bytes: Uint8Array): LinkLine[] {
	const { headers: found, rows } = readTable(file, bytes)
	const [crm, erp] = [columnOf(file, headers.crm, found), columnOf(file, headers.erp, found)]
	const problems: string[] = []
	const lines = rows.flatMap(({ line, cells, problem }): LinkLine[] => {
		const verb = linkVerbs.find((one) => one === (cells['verb'] ?? 'link'))
		if (problem) problems.push(`line ${line}: ${problem}`)
		else if (!verb) problems.push(`line ${line}: verb is "${cells['verb']}"`)
		else if (!cells['verb'] && cells['state'] === 'rejected') return []
		else if (cells[crm] && cells[erp])
			return [{ line, verb, crmId: cells[crm], erpId: cells[erp], reason: cells['reason'] ?? null }]
		return []
	})
	refuseLines(file, [...problems, ...contradictions(lines)])
	return lines
}

/** Rows that say something else of a pair than an earlier one: given again, such a file would undo and redo what it did. */
function contradictions(lines: readonly LinkLine[]): string[] {
	const firsts = new Map<string, LinkLine>()
	return lines.flatMap((one) => {
		const pair = `${one.crmId} ${one.erpId}`
		const first = firsts.get(pair) ?? one
		firsts.set(pair, first)
		if (first.verb === one.verb) return []
		return [`line ${one.line}: it says ${one.verb} of a pair of which line ${first.line} says ${first.verb}`]
	})
}

/** Throws `links.file` with the first of the problems, and how many there are; nothing is written then. */
export function refuseLines(file: string, problems: readonly string[]): void {
	if (problems.length === 0) return
	const shown = problems.slice(0, 10).join('; ')
	const more = problems.length > 10 ? `; and ${problems.length - 10} more` : ''
	throw new TieoutError('usage', 'links.file', `${file}: ${shown}${more}`, {
		where: file,
		allowed: ['columns crm_id and erp_id, and verb (link, reject, withdraw) and reason where they differ'],
		next: 'correct the file and give it again: nothing of it was written',
	})
}

function columnOf(file: string, wanted: readonly string[], found: readonly string[]): string {
	const column = wanted.find((name) => found.includes(name))
	if (column) return column
	throw new TieoutError('usage', 'links.file', `${file} has no column ${wanted[0]}`, {
		where: file,
		allowed: [...wanted],
		next: 'write ids as the pages and reports show them, such as crm:006... and erp:1042; tieout report customer-candidates has both',
	})
}

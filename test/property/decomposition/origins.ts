import type { Document, DocumentLine } from './records.ts'

/** What documents come from: invoices from orders, credit notes from invoices. By ids. */
export type Origins = {
	/** The one that the document names itself, and those whose lines its lines name; none, if it stands for itself. */
	ofDocument(document: Document): string[]
	/** That of the line which it names; else the document's own; else those of its other lines. */
	ofLine(document: Document, line: Pick<DocumentLine, 'of'>): string[]
}

export function originsIn(before: readonly Document[]): Origins {
	const byLine = new Map(before.flatMap(({ id, lines }) => lines.map((line) => [line.id, id] as const)))
	const ofDocument = ({ of, lines }: Document) => {
		const named = lines.flatMap((line) => byLine.get(line.of ?? '') ?? [])
		return [...new Set([...(of === null ? [] : [of]), ...named])].sort()
	}
	return {
		ofDocument,
		ofLine: (document, line) => {
			const named = byLine.get(line.of ?? '')
			if (named) return [named]
			return document.of === null ? ofDocument(document) : [document.of]
		},
	}
}

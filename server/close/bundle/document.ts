/** A column of a table on paper. `share`: of the width, relative to the others. */
export type DocumentColumn = { title: string; isNumber?: boolean; share?: number }

/** A part of a document: words, facts (label and value), a table, in this order. Texts are plain. */
export type DocumentPart = {
	title: string
	words?: string[]
	facts?: [string, string][]
	columns?: DocumentColumn[]
	rows?: string[][]
}

/** A document that is shown as HTML and as PDF. `foot` stands on each page. */
export type PaperDocument = { title: string; subtitle: string; foot: string; parts: DocumentPart[] }

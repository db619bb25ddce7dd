import { escapeText } from '../../../reports/html.ts'
import type { DocumentPart, PaperDocument } from './document.ts'

/** The document as one HTML file: no script, nothing from elsewhere, the same bytes for the same document. */
export function paperHtml({ title, subtitle, foot, parts }: PaperDocument): string {
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(title)}</title>
<style>${style}</style></head>
<body><header><h1>${escapeText(title)}</h1><p>${escapeText(subtitle)}</p></header>
<main>
${parts.map(partHtml).join('\n')}
</main>
<footer>${escapeText(foot)}</footer></body></html>
`
}

function partHtml({ title, words = [], facts = [], columns = [], rows = [] }: DocumentPart): string {
	const said = words.map((one) => `<p>${escapeText(one)}</p>`).join('')
	const pairs = facts.map(([label, value]) => `<dt>${escapeText(label)}</dt><dd>${escapeText(value)}</dd>`).join('')
	const head = columns.map((one) => `<th scope="col"${one.isNumber ? ' class="n"' : ''}>${escapeText(one.title)}</th>`)
	const lines = rows.map(
		(row) =>
			`<tr>${row.map((cell, index) => `<td${columns[index]?.isNumber ? ' class="n"' : ''}>${escapeText(cell)}</td>`).join('')}</tr>`,
	)
	const table = `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>\n${lines.join('\n')}\n</tbody></table></div>`
	return `<section><h2>${escapeText(title)}</h2>${said}${pairs && `<dl>${pairs}</dl>`}${rows.length > 0 ? table : ''}</section>`
}

const style = `
:root{color-scheme:light dark}
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:78rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
header p{margin:.2rem 0;opacity:.75}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.5rem;margin:0}dt{opacity:.75}dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent);white-space:pre-line;overflow-wrap:anywhere}
th{font-weight:600;overflow-wrap:normal}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
footer{margin:3rem 0 1rem;opacity:.75;overflow-wrap:anywhere}
@media print{body{margin:0;max-width:none;font-size:9pt}thead{display:table-header-group}tr{break-inside:avoid}@page{size:A4 landscape;margin:12mm}}
`

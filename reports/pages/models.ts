import { type Kysely, sql } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import type { ModelsTable, Schema } from '../../models/schema.ts'
import { addressOf } from '../address.ts'
import type { PageContext } from '../context.ts'
import { FileLinks } from '../file-links.ts'
import { countText, Moment } from '../format.ts'
import { type Html, html } from '../html.ts'
import { requireKnownNames } from '../known-names.ts'
import type { PageHandler } from '../page-request.ts'
import type { Column, Row } from '../report.ts'
import { Table } from '../table.ts'
import { DataTabs } from './health-tabs.ts'
import { ModelGraph, type ModelReads } from './model-graph.ts'

/** `/models`: what does a table mean, and may I use it? By layer, the ones to be read first. */
export const models: PageHandler = async ({ db, context }) => {
	requireKnownNames(context.address, [])
	const all = await db.selectFrom('tieout.models').selectAll().orderBy('name').execute()
	const layers = [...new Set(all.map((one) => one.layer))].sort((a, b) => layerOrder(a) - layerOrder(b))
	return {
		title: 'Models',
		section: 'Data',
		schema: 'tieout.models/1',
		data: { models: all },
		content:
			() => html`<${DataTabs} current="Models" /><div class="heading"><h1>Models</h1><p class="question">What does each table mean, and may I use it?</p><p>All models: <${FileLinks} of="All models" href="/models.csv" /></p></div>
			${layers.map(
				(
					layer,
				) => html`<${Table} id=${layer} caption=${layerTitle(layer)} context=${context} columns=${columns} rows=${all.filter((one) => one.layer === layer)}
					rowHref=${(row: Row) => addressOf(['models', String(row['name'])])} />`,
			)}
			${all.length === 0 && html`<div class="empty">No model is published: run <code>tieout build</code>.</div>`}`,
	}
}

/** `/models/<name>`: one row per what, its columns, what it reads and who reads it, its SQL. */
export const model: PageHandler = async ({ db, parts, context }) => {
	const name = parts['name']!
	const all = await db.selectFrom('tieout.models').selectAll().orderBy('name').execute()
	const found = all.find((one) => one.name === name)
	if (!found)
		throw new TieoutError('not_found', 'model.unknown', `there is no model "${name}"`, {
			where: `/models/${name}`,
			next: 'open /models for the list',
		})
	const graph = all.map((one) => ({ name: one.name, reads: listOf(one.reads) }))
	const rows = found.layer === 'marts' ? await sampleRows(db, found.name) : null
	const readBy = all.filter((one) => listOf(one.reads).includes(name)).map((one) => one.name)
	return {
		title: name,
		section: 'Data',
		schema: 'tieout.model/1',
		data: { model: found, read_by: readBy, rows },
		content: () =>
			html`<${DataTabs} current="Models" /><${ModelView} model=${found} readBy=${readBy} graph=${graph} rows=${rows} context=${context} />`,
	}
}

const columns: Column[] = [
	{ name: 'name', title: 'Model', kind: 'id' },
	{ name: 'one_row_per', title: 'One row per', kind: 'text', isLong: true },
	{ name: 'key', title: 'Key', kind: 'text', missing: '–' },
	{ name: 'row_count', title: 'Rows', kind: 'count' },
	{ name: 'owner', title: 'Owner', kind: 'text', missing: 'nobody' },
	{ name: 'built_at', title: 'Built', kind: 'moment' },
]

/** Rows of a table that its page shows. */
const sampleSize = 20

const order = ['marts', 'intermediate', 'canonical', 'staging', 'checks']

function layerOrder(layer: string): number {
	const index = order.indexOf(layer)
	return index < 0 ? order.length : index
}

function layerTitle(layer: string): string {
	return layer === 'marts'
		? 'Marts: what reports and people read'
		: layer.replace(/^./, (letter) => letter.toUpperCase())
}

/** The first rows of a published table. Its name is one of `tieout.models`. */
async function sampleRows(db: Kysely<Schema>, name: string): Promise<Row[]> {
	return (await sql`select * from ${sql.table(name)} limit ${sql.lit(sampleSize)}`.execute(db)).rows as Row[]
}

function SampleRows({
	model: found,
	rows,
	context,
}: {
	model: ModelsTable
	rows: Row[] | null
	context: PageContext
}): Html {
	const names = rows?.[0] ? Object.keys(rows[0]) : listOf(found.columns)
	const columns: Column[] = names.map((name) => ({
		name,
		title: name,
		kind: 'text',
		missing: 'null',
		isLong: rows?.some((row) => String(row[name] ?? '').length > 40) ?? false,
	}))
	if (rows === null)
		return html`<p class="muted">Its rows are in the build, not in the published file: <code>data/build.duckdb</code>, to be opened with <code>data/warehouse.duckdb</code> attached as <code>warehouse</code></p>`
	return html`<${Table} id="rows" caption="Rows" note=${`the first ${rows.length} of ${countText(found.row_count ?? rows.length)}, as the table holds them`} context=${context} columns=${columns} rows=${rows}
		empty="The table has no rows in this generation." />`
}

/** Lists come as text with commas or line breaks, or as JSON. */
function listOf(text: string | null): string[] {
	if (!text) return []
	if (text.startsWith('[')) return (JSON.parse(text) as unknown[]).map(entryText)
	return text.split(/[,\n]\s*/).filter(Boolean)
}

function entryText(entry: unknown): string {
	if (typeof entry === 'string') return entry
	const { name, type } = entry as { name?: string; type?: string }
	return [name, type].filter(Boolean).join(' ')
}

type ModelProperties = {
	model: ModelsTable
	readBy: string[]
	graph: ModelReads[]
	rows: Row[] | null
	context: PageContext
}

function ModelView({ model: found, readBy, graph, rows, context }: ModelProperties): Html {
	const known = graph.map((one) => one.name)
	const links = (names: string[], none: string) =>
		names.length === 0
			? html`<span class="muted">${none}</span>`
			: names.map(
					(name, index) =>
						html`${index > 0 && ', '}${known.includes(name) ? html`<a href=${addressOf(['models', name])}><code>${name}</code></a>` : html`<code>${name}</code>`}`,
				)
	const example = `select * from ${found.name} limit 100`
	return html`<div class="heading"><h1><code>${found.name}</code></h1></div>
		<p class="why">${found.one_row_per ? `One row per ${found.one_row_per}.` : 'This model has no description.'}</p>
		<dl class="facts">
			<div><dt>Key</dt><dd>${found.key ?? 'none declared'}</dd></div>
			<div><dt>Rows</dt><dd>${found.row_count === null ? 'n/a' : countText(found.row_count)}</dd></div>
			<div><dt>Owner</dt><dd>${found.owner ?? 'nobody'}</dd></div>
			<div><dt>Built</dt><dd><${Moment} at=${found.built_at} /></dd></div>
			<div><dt>Reads</dt><dd>${links(listOf(found.reads), 'no other model')}</dd></div>
			<div><dt>Read by</dt><dd>${links(readBy, 'no model: it is read by reports')}</dd></div>
			<div><dt>Columns</dt><dd>${listOf(found.columns).map((name, index) => html`${index > 0 && ', '}<code>${name}</code>`)}</dd></div>
		</dl>
		<${ModelGraph} name=${found.name} all=${graph} />
		<${SampleRows} model=${found} rows=${rows} context=${context} />
		${rows && html`<p><a class="button" href=${addressOf(['sql'], { q: example })}>Open in SQL</a></p>`}
		${found.sql && html`<section aria-label="SQL"><h2>SQL</h2><pre class="sql" tabindex="0">${found.sql}</pre></section>`}`
}

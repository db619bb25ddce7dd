import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../models/warehouse.ts'
import { fileFormats } from '../../reports/file-links.ts'
import type { Manifest } from '../../server/query/file-export.ts'
import { type ExportFormat, formatNames } from '../../server/query/format.ts'
import { publishSample } from '../reports/sample.ts'
import { serve } from './routes/serving.ts'
import { unzipped } from './zip.ts'

let folder: string
let served: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
	folder = await publishSample()
	served = await serve(folder)
})
afterAll(async () => {
	await served.close()
	rmSync(folder, { recursive: true, force: true })
})

const awkward = `select * from (values
	(1, cast('1234567890.1200' as decimal(38, 4)), '=1+1', date '2026-10-31', timestamp '2026-10-31 23:59:59.7', true),
	(2, cast('-99999999999.9999' as decimal(38, 4)), 'a<b>&"c" _x0041_', date '1899-12-31', null, false),
	(3, cast('100000000000.0001' as decimal(38, 4)), chr(7) || ' tab' || chr(9) || 'line' || chr(10) || 'end ', null, null, null),
	(4, null, '東京 😀', null, null, null),
	(5, cast('-9999999999999999999999999999999999.9999' as decimal(38, 4)), '', null, null, null)
	) as rows(line, amount, name, day, moment, is_open) order by line`

async function exported(
	sql: string,
	format: ExportFormat,
	filter = '',
): Promise<{ bytes: Buffer; manifest: Manifest }> {
	const { stream, manifest } = await served.queries.exportFile(sql, [], { format, filter, title: 'Breaks: [all]' })
	const chunks: Buffer[] = []
	for await (const chunk of stream) chunks.push(chunk as Buffer)
	return { bytes: Buffer.concat(chunks), manifest: await manifest }
}

function cellsOf(sheet: string): string[][] {
	return [...sheet.matchAll(/<row>(.*?)<\/row>/gs)].map(([, row]) =>
		[...row!.matchAll(/<c(?:\/>|([^>]*)>(.*?)<\/c>)/gs)].map(([, attributes = '', inner = '']) => {
			const value = /<(?:v|t)[^>]*>(.*?)<\/(?:v|t)>/s.exec(inner)?.[1] ?? ''
			return attributes.includes('inlineStr') ? `"${value}"` : value
		}),
	)
}

test('a workbook keeps every digit: a number where 15 digits hold it, else text, and the last sheet counts those', async () => {
	const { bytes, manifest } = await exported(awkward, 'xlsx', 'code=timing')
	const parts = unzipped(bytes)
	const rows = cellsOf(String(parts.get('xl/worksheets/sheet1.xml')))
	expect(rows.map((row) => row[1])).toEqual([
		'"amount"',
		'1234567890.1200',
		'-99999999999.9999',
		'"100000000000.0001"',
		'',
		'"-9999999999999999999999999999999999.9999"',
	])
	expect(manifest).toMatchObject({
		format: 'xlsx',
		rows: 5,
		longNumbers: { amount: 2 },
		cutTexts: {},
		isComplete: true,
		bytes: bytes.length,
		sha256: createHash('sha256').update(bytes).digest('hex'),
	})
	const about = cellsOf(String(parts.get('xl/worksheets/sheet2.xml')))
	expect(about).toContainEqual(['"Numbers as text"', '"amount"', '"2 cells"'])
	expect(about).toContainEqual(['"Filter"', '"code=timing"'])
	expect(String(parts.get('xl/workbook.xml'))).toContain('<sheet name="Breaks   all" sheetId="1"')
})

test('a workbook has no formula, whatever a text begins with, and no character that XML has not', async () => {
	const parts = unzipped((await exported(awkward, 'xlsx')).bytes)
	const sheet = String(parts.get('xl/worksheets/sheet1.xml'))
	expect(sheet).not.toMatch(/<f[ >]/)
	const texts = cellsOf(sheet).map((row) => row[2])
	expect(texts.slice(1)).toEqual([
		'"=1+1"',
		'"a&lt;b&gt;&amp;"c" _x005F_x0041_"',
		'"_x0007_ tab\tline\nend "',
		'"東京 😀"',
		'""',
	])
	expect(sheet).toContain('<c t="inlineStr" s="3"><is><t xml:space="preserve">=1+1')
	expect(String(parts.get('xl/styles.xml'))).toContain('quotePrefix="1"')
})

test('dates are numbers of days, but those before the calendar of spreadsheets; moments are to the second', async () => {
	const rows = cellsOf(String(unzipped((await exported(awkward, 'xlsx')).bytes).get('xl/worksheets/sheet1.xml')))
	expect(rows.slice(1, 3).map((row) => row[3])).toEqual(['46326', '"1899-12-31"'])
	expect(Math.round((Number(rows[1]![4]) - 46326) * 86400)).toBe(86399)
	expect(rows.slice(1, 3).map((row) => row[5])).toEqual(['1', '0'])
})

test('a text that no cell can hold is cut, and the file is not called complete', async () => {
	const { bytes, manifest } = await exported(`select repeat('ü😀', 20000) as note, 'short' as other`, 'xlsx')
	expect(manifest).toMatchObject({ isComplete: false, cutTexts: { note: 1 } })
	const [, [note] = []] = cellsOf(String(unzipped(bytes).get('xl/worksheets/sheet1.xml')))
	expect(note!.length).toBeLessThan(32_767)
	expect(note).toMatch(/ …"$/)
	const csv = await exported(`select repeat('ü😀', 20000) as note, 'short' as other`, 'csv')
	expect(csv.manifest.isComplete).toBe(true)
})

test('more rows than a sheet holds go on in the next one, each with the header', async () => {
	const { bytes, manifest } = await exported('select range as line from range(1100000)', 'xlsx')
	const parts = unzipped(bytes)
	const rows = [1, 2].map((sheet) => String(parts.get(`xl/worksheets/sheet${sheet}.xml`)).split('<row>').length - 1)
	expect(rows.every((count) => count <= 1_048_576)).toBe(true)
	expect(rows[0]! + rows[1]!).toBe(1_100_002)
	expect(manifest.rows).toBe(1_100_000)
	expect(String(parts.get('xl/worksheets/sheet2.xml'))).toContain('<t xml:space="preserve">line</t>')
	expect([...parts.keys()]).toContain('xl/worksheets/sheet3.xml')
})

test('Parquet has decimals as decimals, and integers of 128 bits are no doubles', async () => {
	const { bytes, manifest } = await exported(
		`select *, cast('170141183460469231731687303715884105' as hugeint) as huge, [1, 2] as list from (${awkward})`,
		'parquet',
	)
	const file = path.join(folder, 'read.parquet')
	writeFileSync(file, bytes)
	const database = await openDatabase(':memory:')
	const types = await database.all<{ column_name: string; column_type: string }>(`describe select * from '${file}'`)
	expect(Object.fromEntries(types.map((row) => [row.column_name, row.column_type]))).toEqual({
		line: 'INTEGER',
		amount: 'DECIMAL(38,4)',
		name: 'VARCHAR',
		day: 'DATE',
		moment: 'TIMESTAMP',
		is_open: 'BOOLEAN',
		huge: 'DECIMAL(38,0)',
		list: 'VARCHAR',
	})
	const [row] = await database.all(`select name, amount, huge from '${file}' where line = 1`)
	expect(row).toEqual({ name: '=1+1', amount: '1234567890.1200', huge: '170141183460469231731687303715884105' })
	await database.close()
	expect(manifest).toMatchObject({ format: 'parquet', rows: 5, bytes: bytes.length, isComplete: true })
})

test('the same rows have the same bytes in every format', async () => {
	for (const format of formatNames) {
		const [first, second] = [await exported(awkward, format), await exported(awkward, format)]
		expect(first.manifest.sha256, format).toBe(second.manifest.sha256)
	}
})

test('every format of a table lies at its page’s address, with all rows of the filter and its manifest', async () => {
	const page = await (await served.get('/breaks?code=timing&page=2')).text()
	for (const [format] of fileFormats) {
		expect(page).toContain(`href="/breaks.${format}?code=timing"`)
		const response = await served.get(`/breaks.${format}?code=timing&page=2`)
		const bytes = Buffer.from(await response.arrayBuffer())
		expect(response.headers.get('content-disposition')).toBe(
			`attachment; filename="tieout-breaks-generation-142.${format}"`,
		)
		const [, address] = /<([^>]+)>/.exec(response.headers.get('link')!)!
		expect(address).toBe(`/breaks.${format}.manifest.json?code=timing&page=2`)
		const manifest = (await (await served.get(address!)).json()) as Manifest
		expect(manifest).toMatchObject({
			format,
			filter: 'code=timing',
			bytes: bytes.length,
			sha256: createHash('sha256').update(bytes).digest('hex'),
		})
		expect(manifest.rows).toBeGreaterThan(5)
		expect(manifest.totals.length).toBeGreaterThan(0)
	}
})

test('somebody’s SQL can be had in every format, behind the gate', async () => {
	const ask = (format: string, question: string) =>
		served.get(`/sql.${format}`, { method: 'POST', body: new URLSearchParams({ q: question }) })
	const csv = await (
		await ask('csv', 'select code, sum(amount) as amount from marts.breaks group by 1 order by 1')
	).text()
	const xlsx = await ask('xlsx', 'select code, sum(amount) as amount from marts.breaks group by 1 order by 1')
	const rows = cellsOf(String(unzipped(Buffer.from(await xlsx.arrayBuffer())).get('xl/worksheets/sheet1.xml')))
	expect(rows.map((row) => row.map((cell) => cell.replaceAll('"', '')))).toEqual(parse(csv))
	expect((await ask('parquet', `select * from read_text('x')`)).status).toBe(403)
})

import { TieoutError } from '../models/error.ts'
import { skipSpace, skipString, skipValue } from './page-scan.ts'
import type { Members } from './source.ts'

const [comma, colon, openBrace, closeBrace] = [0x2c, 0x3a, 0x7b, 0x7d]

/**
 * A page that is an object whose members are the records (`{"EUR":1,"USD":0.9231}`) as the list that it stands for, every value as its
 * bytes came. A page that is a list stays one: languages without objects write an empty one so. Throws `page.truncated` and
 * `page.not_json`, both worth asking again.
 */
export function listOfMembers(body: Uint8Array, { names, value, constants }: Members): Uint8Array {
	let at = skipSpace(body, 0)
	if (body[at] !== openBrace) return body
	const rest = Object.entries(constants).map(
		([name, constant]) => `,${JSON.stringify(name)}:${JSON.stringify(constant)}`,
	)
	const records: string[] = []
	at = skipSpace(body, at + 1)
	while (body[at] !== closeBrace) {
		if (at >= body.length) throw broken('page.truncated', `the page ends at byte ${body.length}, in the middle`)
		if (body[at] !== 0x22) throw broken('page.not_json', `the page is not JSON at byte ${at}`)
		const nameEnd = skipString(body, at)
		const name = textOf(body, at, nameEnd)
		at = skipSpace(body, nameEnd)
		if (body[at] !== colon) throw broken('page.not_json', `the page is not JSON at byte ${at}`)
		const start = skipSpace(body, at + 1)
		const end = skipValue(body, start)
		records.push(
			`{${names.map((one) => `"${one}":${name}`).join()},"${value}":${textOf(body, start, end)}${rest.join('')}}`,
		)
		at = skipSpace(body, end)
		if (body[at] === comma) at = skipSpace(body, at + 1)
	}
	return Buffer.from(`[${records.join()}]`)
}

function textOf(body: Uint8Array, from: number, to: number): string {
	return Buffer.from(body.buffer, body.byteOffset + from, to - from).toString('utf8')
}

function broken(code: string, message: string): TieoutError {
	return new TieoutError('vendor', code, message)
}

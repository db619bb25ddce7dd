import { type Request, type Response, urlencoded } from 'express'
import { Temporal } from 'temporal-polyfill'
import type { PageContext, Viewer } from '../../../reports/context.ts'
import type { Html } from '../../../reports/html.ts'
import type { Closing } from '../../close/closing.ts'
import { admissionOf, formTokenField, personOf, requireFormToken } from '../../people/request.ts'
import type { Answerer } from '../answering.ts'
import { snakeCaseKeys } from '../pages.ts'
import { sendView } from '../view.ts'

/** What every page of the close is made with. `stamp`: the clock of what people do. */
export type CloseRoutes = { answers: Answerer; closing: Closing; stamp: () => Date }

/** A page of the close: always of the newest generation, and of this moment. */
export async function sendClose(
	{ answers }: CloseRoutes,
	request: Request,
	response: Response,
	view: { title: string; content: (context: PageContext) => Html; status?: number },
): Promise<void> {
	await sendView(answers, request, response, { ...view, section: 'Month', isOfNow: true })
}

/** A document for scripts, names in snake case. */
export function sendDocument(response: Response, document: { schema: string; [name: string]: unknown }): void {
	response.set('Cache-Control', 'no-store').json(snakeCaseKeys(document))
}

/** Who looks at a page, with the token that its forms carry; null for a reader's token and without accounts. */
export function viewerOf(request: Request): Viewer | null {
	const person = personOf(request)
	return person && { ...person, formToken: admissionOf(request).formToken }
}

/** The day of the company, `YYYY-MM-DD`. */
export function todayOf({ closing, stamp }: CloseRoutes): string {
	const now = Temporal.Instant.fromEpochMilliseconds(stamp().getTime())
	return now.toZonedDateTimeISO(closing.config.company.time_zone).toPlainDate().toString()
}

/** One parameter of the query string. */
export function asked(request: Request, name: string): string | undefined {
	return new URL(request.originalUrl, 'http://host').searchParams.get(name) ?? undefined
}

/** One part of the path. */
export function partOf(request: Request, name: string): string {
	return String(request.params[name] ?? '')
}

/** Reads the body of a form: one may name all items or changes of a paper. */
export const formBody = urlencoded({ extended: false, limit: '5mb', parameterLimit: 100_000 })

/** The fields of a form of ours: a name that came several times is a list. Throws `people.form_token` for one that is not. */
export function fieldsOf(request: Request): Record<string, string | string[]> {
	const { [formTokenField]: token, ...fields } = (request.body ?? {}) as Record<string, string | string[]>
	requireFormToken(request, token)
	return fields
}

/** The one value of a field; empty when it did not come. */
export function fieldOf(fields: Record<string, string | string[]>, name: string): string {
	const value = fields[name]
	return typeof value === 'string' ? value : (value?.[0] ?? '')
}

/** All values of a field. */
export function listOf(fields: Record<string, string | string[]>, name: string): string[] {
	const value = fields[name]
	return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

/** What was typed, to stand in the form again. */
export function givenOf(fields: Record<string, string | string[]>): Record<string, string> {
	return Object.fromEntries(Object.keys(fields).map((name) => [name, fieldOf(fields, name)]))
}

import type { Request, Response } from 'express'
import { z } from 'zod'
import { TieoutError } from '../../models/error.ts'
import type { PageContext } from '../../reports/context.ts'
import type { Html } from '../../reports/html.ts'
import { renderPage, type Section } from '../../reports/page.ts'
import type { Failure } from '../../reports/pages/failure.ts'
import { errorDocument, httpStatusOf } from '../errors.ts'
import type { Answerer } from './answering.ts'

/** A page that people act on: made anew for each request, kept in no cache. `isOfNow`: always of the newest generation. */
export type View = {
	title: string
	section: Section | null
	content: (context: PageContext) => Html
	status?: number
	isOfNow?: boolean
}

/** Renders a view and sends it. */
export async function sendView(answers: Answerer, request: Request, response: Response, view: View): Promise<void> {
	const of = view.isOfNow ? null : request
	const context = await answers.withGeneration(of, (pinned) => answers.contextOf(request, pinned))
	const { title, section } = view
	response.status(view.status ?? 200).set('Cache-Control', 'no-store')
	response.type('html').send(renderPage({ title, section, context, content: view.content(context) }))
}

/** What a form that was not taken is shown again with. Errors that are ours are thrown on. */
export function failureOf(error: unknown): { failure: Failure; status: number } {
	if (!(error instanceof TieoutError) || httpStatusOf(error) >= 500) throw error
	return { failure: errorDocument(error).error, status: httpStatusOf(error) }
}

/** The fields of a form by a schema. Throws `form.value`, which names the field, for what can't be taken. */
export function formOf<T extends z.ZodType>(request: Request, schema: T): z.output<T> {
	const result = schema.safeParse(request.body ?? {})
	if (result.success) return result.data
	const issue = result.error.issues[0]!
	const field = String(issue.path[0] ?? '')
	throw new TieoutError('usage', 'form.value', `${field.replaceAll('_', ' ')}: ${issue.message}`, {
		where: field,
		...(issue.code === 'invalid_value' && { allowed: issue.values.map(String) }),
		next: 'correct it and send the form again',
	})
}

/** A line of text of a form, without blanks at its ends. */
export const textField = z.string().trim().max(2000, 'at most 2,000 characters')

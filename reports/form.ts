import { type Html, html } from './html.ts'
import type { Failure } from './pages/failure.ts'

/** The field that carries the session's token; the server looks for it by this name. */
export const formTokenField = 'form_token'

/** A form that changes something: it is posted, and carries the token of the session that it was made for. */
export function PostForm({ action, token, children, class: className, ...rest }: PostFormProperties): Html {
	return html`<form method="post" action=${action} class=${className ?? 'entry'} ...${rest}>
		${token && html`<input type="hidden" name=${formTokenField} value=${token} />`}${children}</form>`
}

type PostFormProperties = {
	action: string
	token: string | null
	children?: Html
	class?: string
	enctype?: string
	id?: string
	'aria-label'?: string
}

/** One field with its label and, beside it, what was wrong with what was given. */
export function Field(properties: FieldProperties): Html {
	const {
		name,
		label,
		type = 'text',
		value,
		hint,
		failure,
		isRequired = true,
		autocomplete,
		autofocus,
		id = name,
	} = properties
	const isWrong = failure?.where === name
	const described = [...(hint ? [`${id}-hint`] : []), ...(isWrong ? [`${id}-error`] : [])].join(' ')
	return html`<div class=${isWrong ? 'field wrong' : 'field'}>
		<label for=${id}>${label}${!isRequired && html` <span class="muted">optional</span>`}</label>
		<input id=${id} name=${name} type=${type} value=${value} required=${isRequired || undefined} autocomplete=${autocomplete ?? 'off'} autofocus=${autofocus || undefined}
			aria-describedby=${described || undefined} aria-invalid=${isWrong ? 'true' : undefined} spellcheck=${type === 'text' ? 'false' : undefined} />
		${hint && html`<span class="muted" id=${`${id}-hint`}>${hint}</span>`}
		${isWrong && html`<span class="wrong" id=${`${id}-error`}>${failure.message}</span>`}
	</div>`
}

type FieldProperties = {
	name: string
	label: string
	type?: string
	value?: string | undefined
	hint?: string
	failure?: Failure | undefined
	isRequired?: boolean
	autocomplete?: string
	autofocus?: boolean
	id?: string
}

/** One of a few values. */
export function Select({ name, label, values, chosen, id = name, isHidden }: SelectProperties): Html {
	return html`<div class="field"><label for=${id} class=${isHidden ? 'vh' : undefined}>${label}</label>
		<select id=${id} name=${name}>${values.map(
			([value, text]) => html`<option value=${value} selected=${value === chosen || undefined}>${text}</option>`,
		)}</select></div>`
}

type SelectProperties = {
	name: string
	label: string
	values: readonly (readonly [string, string])[]
	chosen?: string | undefined
	id?: string
	isHidden?: boolean
}

/** A longer text: a comment, a reason. */
export function TextArea({
	name,
	label,
	value,
	hint,
	failure,
	rows = 3,
	isRequired = true,
	id = name,
}: TextAreaProperties): Html {
	const isWrong = failure?.where === name
	return html`<div class=${isWrong ? 'field wrong' : 'field'}><label for=${id}>${label}</label>
		<textarea id=${id} name=${name} rows=${rows} required=${isRequired || undefined} aria-invalid=${isWrong ? 'true' : undefined} aria-describedby=${isWrong ? `${id}-error` : undefined}>${value ?? ''}</textarea>
		${hint && html`<span class="muted">${hint}</span>`}${isWrong && html`<span class="wrong" id=${`${id}-error`}>${failure.message}</span>`}</div>`
}

type TextAreaProperties = {
	name: string
	label: string
	value?: string | undefined
	hint?: string
	failure?: Failure | undefined
	rows?: number
	isRequired?: boolean
	id?: string
}

/** What went wrong with what was sent, above the form: what, where, what is allowed, the next step. */
export function FailureBanner({ failure }: { failure: Failure | undefined }): Html {
	if (!failure) return null
	const { message, allowed, next } = failure
	return html`<div class="banner bad" role="alert"><p>${message}</p>${allowed && allowed.length > 0 && html`<p>Allowed: ${allowed.join(', ')}</p>`}${next && html`<p>Next: ${next}</p>`}</div>`
}

/** What was done, after a form was taken. */
export function DoneBanner({ text }: { text: string | undefined }): Html {
	return text ? html`<p class="banner ok" role="status">${text}</p>` : null
}

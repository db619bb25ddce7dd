import type { Request } from 'express'
import { TieoutError } from '../../models/error.ts'
import { type Person, type Role, roles } from './person.ts'
import { isSameSecret } from './secrets.ts'

/** How a request came in: who sent it (null: a reader's token, or nobody has an account yet), and the token that its forms carry. */
export type Admission = {
	person: Person | null
	/** Null where no cookie says who it is: another site can't send such a request. */
	formToken: string | null
	sessionId: string | null
	mustChangePassword: boolean
}

const nobody: Admission = { person: null, formToken: null, sessionId: null, mustChangePassword: false }

const admissions = new WeakMap<Request, Admission>()

/** Remembers how a request came in. Only `server/access.ts` knows. */
export function admit(request: Request, admission: Partial<Admission>): void {
	admissions.set(request, { ...nobody, ...admission })
}

/** How the request came in. */
export function admissionOf(request: Request): Admission {
	return admissions.get(request) ?? nobody
}

/** Who sent the request; null for a reader's token, and while nobody has an account. */
export function personOf(request: Request): Person | null {
	return admissionOf(request).person
}

/**
 * Who sent the request. Throws `people.nobody` for a reader's token or without accounts, `people.role` when the role is less than
 * `least`, `people.admin` when it takes an administrator.
 */
export function requirePerson(request: Request, least: Role | 'admin' = 'reader'): Person {
	return allowed(personOf(request), least)
}

/** The same of a person that was found otherwise, such as by a command's token. */
export function allowed(person: Person | null, least: Role | 'admin'): Person {
	if (!person)
		throw new TieoutError('refused', 'people.nobody', 'nobody is signed in: only a named person can do this', {
			next: 'sign in at /login; the first account is made on the machine: tieout user add ana --role reviewer',
		})
	if (least === 'admin' ? person.isAdmin : roles.indexOf(person.role) >= roles.indexOf(least)) return person
	throw new TieoutError(
		'refused',
		least === 'admin' ? 'people.admin' : 'people.role',
		least === 'admin'
			? `${person.name} is no administrator`
			: `${person.name} is a ${person.role}: this takes a ${least}`,
		{
			where: person.userId,
			allowed: least === 'admin' ? ['administrators'] : roles.slice(roles.indexOf(least)),
			next: `ask an administrator; on the machine: tieout user role ${person.userId} ${least === 'admin' ? `${person.role} --admin` : least}`,
		},
	)
}

/** The field of a form that carries the session's token. */
export const formTokenField = 'form_token'

/** Throws `people.form_token` for a form that a session did not get from us. Requests without a session need none. */
export function requireFormToken(request: Request, given: unknown): void {
	const { formToken } = admissionOf(request)
	if (formToken === null || (typeof given === 'string' && isSameSecret(given, formToken))) return
	throw new TieoutError(
		'refused',
		'people.form_token',
		'this form is of another session: you have signed in again since',
		{
			where: request.path,
			next: 'go back, load the page again and send its form',
		},
	)
}

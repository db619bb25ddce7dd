import { TieoutError } from '../models/error.ts'
import type { Connection, Source, SourceRequest, Verdict } from './source.ts'

/** What the vendor said, as the `cause` of the error that the run ends with. */
export type VendorCause = Exclude<Verdict, { action: 'ok' }> & { attempts: number }

/** The error of a request that got no usable answer: `vendor.<action>`, with the vendor's own code and the step that helps. */
export function vendorError(
	source: Source,
	connection: Connection,
	cause: VendorCause,
	request: SourceRequest,
): TieoutError {
	const kind = cause.action === 'config' || cause.action === 'auth' ? 'configuration' : 'vendor'
	const times = cause.attempts > 1 ? ` (${cause.attempts} attempts)` : ''
	const message = `${source.title} ${verbs[cause.action]}${times}: ${cause.code}: ${cause.message}`
	const permission = cause.action === 'denied' ? (source.permission?.(request, cause.code) ?? null) : null
	const next = cause.next ?? nextStep(cause)
	return new TieoutError(kind, `vendor.${cause.action}`, message, {
		where: `${connection.name} ${request.method} ${request.path.split('?')[0]}`,
		next: permission === null ? next : `it needs ${permission}: ${next}`,
		cause,
	})
}

/** The vendor's answer behind an error of {@link vendorError}, or null. */
export function vendorCause(error: unknown): VendorCause | null {
	if (!(error instanceof TieoutError) || !error.code.startsWith('vendor.')) return null
	return error.cause as VendorCause
}

const verbs: Record<VendorCause['action'], string> = {
	retry: 'did not answer',
	smaller: 'could not answer so much at once',
	auth: 'refused the credential',
	quota: 'has no requests left for us',
	data: 'refused a record',
	drift: 'does not know what was asked for',
	denied: 'does not permit this',
	config: 'needs a person',
}

function nextStep(cause: VendorCause): string {
	if (cause.action === 'quota') return `run it again ${cause.until ?? 'later'}; it goes on from its last durable page`
	if (cause.action === 'denied') return 'give the integration user read permission on this object, then run it again'
	if (cause.action === 'drift')
		return 'compare the field with the source; correct `fields:` in tieout.yml or give the user permission on it'
	if (cause.action === 'auth')
		return 'check the client id, the secret or key and whether the user is active; then run `tieout doctor`'
	if (cause.action === 'retry') return 'the run goes on from its last durable page when it is started again'
	return 'see what the vendor says; then run `tieout doctor`'
}

import { createSecureContext } from 'node:tls'

type Given = { certificate?: string | undefined; privateKey?: string | undefined; passphrase?: string | undefined }

/** What is wrong with a client certificate and its key, and in which option; null where nothing is, or there is none. */
export function identityProblem(
	{ certificate, privateKey, passphrase }: Given,
	url: string,
): { path: string[]; message: string } | null {
	if (!certificate && !privateKey) return null
	if (!certificate || !privateKey)
		return { path: [certificate ? 'private_key' : 'certificate'], message: 'certificate and private_key go together' }
	if (new URL(url).protocol !== 'https:') return { path: ['url'], message: 'a client certificate needs https' }
	try {
		createSecureContext({ cert: certificate })
	} catch (error) {
		return { path: ['certificate'], message: `a PEM certificate (${reasonOf(error)})` }
	}
	try {
		createSecureContext({ cert: certificate, key: privateKey, passphrase })
		return null
	} catch (error) {
		return {
			path: ['private_key'],
			message: `the PEM key of this certificate, with its passphrase (${reasonOf(error)})`,
		}
	}
}

/** OpenSSL's word for it, which holds nothing of the key. */
function reasonOf(error: unknown): string {
	const { reason, code } = error as { reason?: string; code?: string }
	return reason ?? code ?? 'it can’t be read'
}
